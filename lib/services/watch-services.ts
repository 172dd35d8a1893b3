/**
 * watch-services: the watchdog. Each minute it judges every service from its stored state and its due times, and
 * reports what changed. A loop service, since a monitor must not stop monitoring.
 */
import { emfOptionsIn, healthEmf } from '../metrics/index.ts';
import { InvalidOptionsError } from '../rules/index.ts';
import { defineService, isInLambda, type Service, type Surroundings } from '../service/index.ts';
import { documentClient, dynamoStatesReader, dynamoWatchdogMemory } from '../store/index.ts';
import { showValue } from '../text/index.ts';
import {
  checkServices,
  type HealthMetrics,
  inOrder,
  parseWatchedServices,
  sendersIn,
  stackIn,
  type Watchdog,
  type WatchedService,
} from '../watchdog/index.ts';

const NAME = 'watch-services';

/** The metrics outside Lambda, where findings are only logged and sent. */
const NO_METRICS: HealthMetrics = { unhealthy: () => {}, checked: () => {}, flush: () => {} };

/**
 * The watchdog of the services that `TICKOVER_WATCHED` lists, as on one machine. Its workload returns how many services
 * it judged, the names of those in trouble, and the changes that it found.
 *
 * Environment: `TICKOVER_WATCHED`, see `watchdogVariables`; `TICKOVER_TABLE`; `TICKOVER_STACK`, which notices name; the
 * variables of the senders; in Lambda `TICKOVER_METRICS_NAMESPACE` ('Tickover').
 */
export const watchServices: Service = watchdog(parseWatchedServices);

/** The watchdog of these services, whatever the environment lists. */
export function watchdogOver(watched: readonly WatchedService[]): Service {
  return watchdog(() => inOrder(watched));
}

/** The watchdog that works with these ports. */
export function watchdogWith(prepare: (surroundings: Surroundings) => Watchdog): Service {
  return defineService<Watchdog>({
    name: NAME,
    kind: 'loop',
    interval: '1m',
    timeout: '30s',
    prepare,
    workload: (context) => checkServices(context, context.prepared),
  });
}

function watchdog(watchedIn: (env: Surroundings['env']) => readonly WatchedService[]): Service {
  return watchdogWith(({ env }) => {
    const documents = documentClient();
    const table = tableIn(env);
    return {
      watched: watchedIn(env),
      states: dynamoStatesReader(documents, table, NAME),
      memory: dynamoWatchdogMemory(documents, table, NAME),
      senders: sendersIn(env),
      metrics: isInLambda(env) ? healthEmf(emfOptionsIn(env)) : NO_METRICS,
      stack: stackIn(env),
    };
  });
}

function tableIn({ TICKOVER_TABLE: table }: Surroundings['env']): string {
  if (table !== undefined && table !== '') return table;
  throw new InvalidOptionsError(NAME, [
    `TICKOVER_TABLE: expected the name of the state table, got ${showValue(table)}`,
  ]);
}
