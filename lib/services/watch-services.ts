/**
 * watch-services: finds the services from hourly intervals whose next tick is overdue, and any that is stuck under a dead
 * lease. A loop service: a monitor must not stop monitoring.
 */

import { emfOptionsIn, overdueEmf } from '../metrics/index.ts';
import { InvalidOptionsError } from '../rules/index.ts';
import { defineService, isInLambda, type Service, type Surroundings } from '../service/index.ts';
import { documentClient, dynamoStatesReader } from '../store/index.ts';
import { showValue } from '../text/index.ts';
import { type OverdueMetric, parseWatchedServices, type Watchdog, watch } from '../watchdog/index.ts';

const NAME = 'watch-services';

/** Where no metric is asked for. */
const SILENT: OverdueMetric = { tell: () => {}, flush: () => {} };

/**
 * The service. Its workload returns how many services it watches and which of them are overdue.
 * Environment: `TICKOVER_WATCHED`, see `watchedVariables`; `TICKOVER_TABLE`; in Lambda `TICKOVER_METRICS_NAMESPACE` ('Tickover').
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
    metric: isInLambda(env) ? overdueEmf(emfOptionsIn(env)) : SILENT,
  }),
  workload: (context) => watch(context, context.prepared),
});

function tableIn({ TICKOVER_TABLE: table }: Surroundings['env']): string {
  if (table !== undefined && table !== '') return table;
  throw new InvalidOptionsError(NAME, [
    `TICKOVER_TABLE: expected the name of the state table, got ${showValue(table)}`,
  ]);
}
