/**
 * A stack of the test: services and a watchdog over one table, whose functions a Lambda API on 127.0.0.1 invokes; and
 * clients of the stack and of the table.
 */

import type { StackOptions } from '../../lib/client/index.ts';
import { createClient, watchdogFunctionName } from '../../lib/client/index.ts';
import { handlerWithQueries, scheduledHandler } from '../../lib/lambda/index.ts';
import { defineService, logTo, type Service } from '../../lib/service/index.ts';
import { watchdogWith } from '../../lib/services/watch-services.ts';
import { watchdogQueries } from '../../lib/services/watchdog-queries.ts';
import { dynamoStatesReader, dynamoWatchdogMemory } from '../../lib/store/index.ts';
import { watchedServiceOf } from '../../lib/watchdog/index.ts';
import type { UsedDatabase } from '../support/use-database.ts';
import type { LambdaApi, TestFunction } from './lambda-api.ts';

export const STACK = 'Prod';
export const WATCHDOG_FUNCTION = watchdogFunctionName(STACK);
export const SILENT = logTo(() => {});

const CONTEXT = { getRemainingTimeInMillis: () => 30_000 };
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The name of the function that runs the service in these tests. */
export const functionOf = (name: string) => `${STACK}-${name}Function`;

/** A service whose workload returns how many rows it moved. */
export const sync = defineService({
  name: 'sync',
  interval: '1m',
  consecutive: 2,
  workload: async () => ({ rows: 3 }),
});
/** A service with a cron expression, whose runs fail. */
export const report = defineService({
  ...{ name: 'report', interval: '1d', cron: '0 8 * * ? *', timezone: 'Europe/Berlin', consecutive: 2 },
  workload: async () => {
    throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
  },
});

function overridesOver({ store, table }: UsedDatabase) {
  const environment = { table, build: 'b1', slack: 60_000, inLambda: false, variables: {} };
  return { store, environment, log: SILENT, ownLog: SILENT, observers: [], recycle: () => {} };
}

/** Puts the functions of these services, and of a watchdog over them, behind the API. */
export function deploy(api: LambdaApi, database: UsedDatabase, services: readonly Service[]): void {
  const { documents, table } = database;
  for (const service of services) {
    const handler = scheduledHandler(service, overridesOver(database));
    api.functions.set(functionOf(service.name), ((event) => handler(event as never, CONTEXT)) satisfies TestFunction);
  }
  const watched = services.map((service) =>
    watchedServiceOf(service, { stack: STACK, logicalId: 'Its', function: functionOf(service.name) }),
  );
  const watchdog = watchdogWith(() => ({
    watched,
    states: dynamoStatesReader(documents, table, 'watch-services'),
    memory: dynamoWatchdogMemory(documents, table, 'watch-services'),
    senders: [],
    metrics: { unhealthy: () => {}, checked: () => {}, flush: () => {} },
    stack: STACK,
  }));
  const handler = handlerWithQueries(watchdog, watchdogQueries, overridesOver(database));
  api.functions.set(WATCHDOG_FUNCTION, (event) => handler(event, CONTEXT));
}

/** A client of the stack, over the wire of AWS's own client. */
export function stackClient(api: LambdaApi, more: Partial<StackOptions> = {}) {
  return createClient({ stack: STACK, endpoint: api.endpoint, region: 'us-east-1', credentials: CREDENTIALS, ...more });
}

/** A client of the table. */
export function tableClient({ endpoint, table }: UsedDatabase, services: readonly Service[] = []) {
  return createClient({ table, endpoint, services });
}

/** One check of the watchdog, as its schedule would make it. */
export async function runWatchdog(api: LambdaApi): Promise<void> {
  await stackClient(api).runOnce('watch-services');
}
