/**
 * watch-services: finds services whose next tick is overdue (if their ticks are an hour or more apart), and any service
 * that is stuck after a crash. A loop service, since a monitor must not stop monitoring.
 */
import { emfOptionsIn, overdueEmf } from '../metrics/index.ts';
import { InvalidOptionsError } from '../rules/index.ts';
import { defineService, isInLambda, type Service, type Surroundings } from '../service/index.ts';
import { documentClient, dynamoStatesReader } from '../store/index.ts';
import { showValue } from '../text/index.ts';
import { checkServices, type OverdueMetric, parseWatchedServices, type Watchdog } from '../watchdog/index.ts';

const NAME = 'watch-services';

/** The metric outside Lambda, where overdue services are only logged. */
const NO_METRIC: OverdueMetric = { set: () => {}, flush: () => {} };

/**
 * The service. Its workload returns the number of watched services and the names of the overdue ones.
 *
 * Environment: `TICKOVER_WATCHED`, see `watchdogVariables`; `TICKOVER_TABLE`; in Lambda
 * `TICKOVER_METRICS_NAMESPACE` ('Tickover').
 */
export const watchServices: Service = defineService<Watchdog>({
  name: NAME,
  kind: 'loop',
  interval: '5m',
  local: { interval: '60s' },
  timeout: '30s',
  prepare: ({ env }) => ({
    watched: parseWatchedServices(env),
    states: dynamoStatesReader(documentClient(), tableIn(env), NAME),
    metric: isInLambda(env) ? overdueEmf(emfOptionsIn(env)) : NO_METRIC,
  }),
  workload: (context) => checkServices(context, context.prepared),
});

function tableIn({ TICKOVER_TABLE: table }: Surroundings['env']): string {
  if (table !== undefined && table !== '') return table;
  throw new InvalidOptionsError(NAME, [
    `TICKOVER_TABLE: expected the name of the state table, got ${showValue(table)}`,
  ]);
}
