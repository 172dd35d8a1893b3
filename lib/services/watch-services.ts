/**
 * watch-services: the watchdog. Each minute it judges every watched service from the stored state and the due times of
 * that service, and reports what has changed. It is of kind `loop`, since a monitor must not stop monitoring.
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

/** The metrics of a watchdog outside Lambda: none. There the watchdog only logs and sends what it finds. */
const NO_METRICS: HealthMetrics = { unhealthy: () => {}, checked: () => {}, flush: () => {} };

/**
 * The watchdog of the services that the variable `TICKOVER_WATCHED` lists, as it runs on one machine. Its workload
 * returns how many services it judged, the names of those in trouble, and the ids of the changes that it found.
 *
 * Environment: `TICKOVER_WATCHED`, see `watchdogVariables`; `TICKOVER_TABLE`, the state table; `TICKOVER_STACK`, the
 * name of the stack in notices; the variables of the senders, see `sendersIn`; in Lambda also
 * `TICKOVER_METRICS_NAMESPACE`, by default 'Tickover'.
 */
export const watchServices: Service = watchdog(parseWatchedServices);

/** Returns a watchdog of exactly these services; it doesn't read `TICKOVER_WATCHED`. */
export function watchdogOver(watched: readonly WatchedService[]): Service {
  return watchdog(() => inOrder(watched));
}

/** Returns a watchdog that watches the services, and uses the ports, that `prepare` returns. */
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
