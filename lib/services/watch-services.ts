/**
 * watch-services: the watchdog. Once a minute it judges each watched service by its stored state and its due times, and
 * sends a message when a service gets into trouble or recovers.
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

/** Outside Lambda the watchdog writes no metrics. */
const NO_METRICS: HealthMetrics = { unhealthy: () => {}, checked: () => {}, flush: () => {} };

/**
 * The watchdog of the services in the variable `TICKOVER_WATCHED`. The workload returns how many services were judged,
 * the names of those in trouble, and the ids of the changes that were found.
 *
 * Environment: `TICKOVER_WATCHED`; `TICKOVER_TABLE`, the table of states; `TICKOVER_STACK`, the name of the stack in
 * notices; the variables of topic, bus and webhook, see `sendersIn`; in Lambda also `TICKOVER_METRICS_NAMESPACE`
 * ('Tickover' by default).
 */
export const watchServices: Service = watchdog(parseWatchedServices);

// biome-ignore lint/style/noDefaultExport: on one machine the handler is generated from this file, as of any service
export default watchServices;

/** Returns a watchdog of these services, without reading `TICKOVER_WATCHED`. */
export function watchdogOver(watched: readonly WatchedService[]): Service {
  return watchdog(() => inOrder(watched));
}

/** Returns a watchdog that gets the watched services, the stores and the senders from `prepare`. */
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
    const documents = documentClient(env['TICKOVER_DATABASE']);
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
