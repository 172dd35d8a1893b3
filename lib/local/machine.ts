/** Opens a machine, which replaces AWS for one process: the database with its tables, and a host for each function. */
import { readFile } from 'node:fs/promises';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  dynamoFlowRunStore,
  type FlowRunStore,
  flowRunsTable,
  type Imported,
  importFlowRuns,
} from '../flow-runs/index.ts';
import { type Service, UnreadableStateError, withInterval } from '../service/index.ts';
import { type CatalogEntry, loadCatalog } from '../services/catalog.ts';
import { dynamoStateStore, marshalling, stateTable } from '../store/index.ts';
import { systemClock } from '../time/index.ts';
import { watchdogVariables } from '../watchdog/index.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database/database.ts';
import { ensureTable } from './database/tables.ts';
import { bundleFunctions, makeBundleDirectory, removeBundles } from './functions/bundle.ts';
import {
  clientOf,
  environmentOf,
  isAwsEndpoint,
  type LocalEnvironment,
  withoutCredentials,
} from './functions/environment.ts';
import { fewAtOnce } from './functions/few-at-once.ts';
import { type FunctionHost, hostFunction } from './functions/function-host.ts';
import { idleWorkers } from './functions/idle-workers.ts';
import { sweepTable } from './sweep.ts';

/** The options with which a machine is opened. */
export interface MachineOptions extends DatabaseOptions {
  /** The environment variables that the functions get, in addition to those that the machine sets itself. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Called with every line that a function writes. */
  readonly onLine: (line: string) => void;
  /** The names of the services to run. @default all services of the catalog */
  readonly services?: readonly string[];
  /**
   * The services that can be run, with their function files. @default the functions in the folder `functions` of this
   * project
   */
  readonly catalog?: readonly CatalogEntry[];
  /**
   * Called with one line about a service whose function can't be bundled; the others are run. @default the error is
   * thrown, and no service is run
   */
  readonly onFault?: (line: string) => void;
}

/** One machine that serves the functions and their database. */
export interface Machine {
  readonly database: Database;
  readonly hosts: readonly FunctionHost[];
  /**
   * The names of the services with a cron expression that had a decided tick before this machine was opened. A service
   * with a cron expression whose state is unreadable is among them too.
   */
  readonly ticked: ReadonlySet<string>;
  /** The number of sample flow runs that this machine loaded into a new database; 0 if the database existed before. */
  readonly sampleRuns: number;
  /** Deletes the items of the state table that have expired at `now`, in epoch milliseconds. */
  sweep(now: number): Promise<void>;
  /** Ends the workers, closes the database and removes the bundles. */
  close(): Promise<void>;
}

const WATCHDOG = 'watch-services';
/** The most workers of a machine that start at the same time. Each start occupies a processor for much of a second. */
const MOST_STARTS = 2;
const SAMPLE = new URL('../../samples/flow-runs.json', import.meta.url);

/** Opens the database, makes missing tables, loads sample flow runs into a new database, and bundles the functions. */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  const catalog = options.catalog ?? (await loadCatalog());
  const entries = chosen(catalog, options.services);
  const database = await openDatabase(options);
  const hosts: FunctionHost[] = [];
  let bundles: string | undefined;
  const close = async () => {
    await Promise.all(hosts.map((host) => host.end()));
    if (bundles !== undefined) await removeBundles(bundles);
    await database.close();
  };
  try {
    // The watchdog doesn't watch itself on one machine, where a person at the screen sees whether it works.
    const watched = catalog.filter(({ service }) => service.name !== WATCHDOG).map(localService);
    const variables = database.shared ? withoutCredentials(options.variables) : options.variables;
    const env = { ...watchdogVariables(watched), ...environmentOf(database.endpoint, variables) };
    const sampleRuns = await prepareTables(database, env);
    const directory = await makeBundleDirectory(options.directory);
    bundles = directory;
    const bundled = await bundleFunctions(entries, directory);
    const shared = { clock: systemClock, onLine: options.onLine, ...startingAndIdle() };
    for (const [index, entry] of entries.entries()) {
      const bundle = bundled[index];
      if (bundle === undefined) continue;
      if (bundle instanceof Error) {
        refuseBundle(entry, bundle, options);
        continue;
      }
      const service = withInterval(bundle.service, bundle.service.localInterval);
      const own = { TICKOVER_BUILD: bundle.build, TICKOVER_INTERVAL: `${service.policy.interval}ms` };
      hosts.push(hostFunction({ ...shared, service, bundle, env: { ...env, ...own } }));
    }
    const ticked = await readTicked(database, env, entries);
    const sweep = (now: number) => sweepTable(database.endpoint, env, now);
    return { database, hosts, sampleRuns, ticked, sweep, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Passes one line about a function that can't be bundled to `onFault`, so that the other services run. Throws the error
 * if there is no `onFault`.
 */
function refuseBundle({ service }: CatalogEntry, error: Error, { onFault }: MachineOptions): void {
  if (onFault === undefined) throw error;
  onFault(`${service.name}: its function can't be bundled; the other services run (${error.message})`);
}

/**
 * The options by which all hosts of a machine share two limits: the number of workers that start at the same time, and
 * the number of idle workers that stay in memory.
 */
function startingAndIdle(): Pick<Parameters<typeof hostFunction>[0], 'takeTurn' | 'idle'> {
  return { takeTurn: fewAtOnce(MOST_STARTS), idle: idleWorkers(systemClock) };
}

function chosen(catalog: readonly CatalogEntry[], services: readonly string[] | undefined): readonly CatalogEntry[] {
  const known = catalog.map(({ service }) => service.name);
  const unknown = services?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`service: expected ${known.join(' or ')}, got '${unknown}'`);
  return catalog.filter(({ service }) => services?.includes(service.name) ?? true);
}

function localService({ service }: CatalogEntry): Service {
  return withInterval(service, `${service.localInterval}ms`);
}

/**
 * Makes the missing tables, and returns how many sample flow runs it has loaded. For a database on AWS it does nothing
 * and returns 0, since the stack makes the tables there.
 */
async function prepareTables(database: Database, env: LocalEnvironment): Promise<number> {
  if (isAwsEndpoint(database.endpoint)) return 0;
  const client = clientOf(database.endpoint, env);
  try {
    await ensureTable(client, stateTable(env.TICKOVER_TABLE));
    const isNew = await ensureTable(client, flowRunsTable(env.TICKOVER_FLOW_RUNS_TABLE));
    if (!isNew || !database.isNew) return 0;
    return (await loadSample(dynamoFlowRunStore(client, env.TICKOVER_FLOW_RUNS_TABLE))).written;
  } finally {
    client.destroy();
  }
}

/**
 * Returns the names of the services with a cron expression that had a decided tick. A service with an unreadable state
 * is among them, so that it is fired at once and its first firing reports the damage.
 */
async function readTicked(
  database: Database,
  env: LocalEnvironment,
  entries: readonly CatalogEntry[],
): Promise<ReadonlySet<string>> {
  const names = entries.filter(({ service }) => service.schedule.cron !== undefined).map(({ service }) => service.name);
  const client = clientOf(database.endpoint, env);
  try {
    const store = dynamoStateStore(DynamoDBDocumentClient.from(client, marshalling()), env.TICKOVER_TABLE);
    const hasTicked = async (name: string) => (await store.read(name))?.lastTick !== undefined;
    const isUnreadable = (error: unknown) => error instanceof UnreadableStateError;
    const ticked = await Promise.all(names.map((name) => hasTicked(name).catch(isUnreadable)));
    return new Set(names.filter((_, index) => ticked[index]));
  } finally {
    client.destroy();
  }
}

/** Imports the sample flow runs of this project into the store. */
export async function loadSample(store: FlowRunStore): Promise<Imported> {
  return importFlowRuns(store, await readFile(SAMPLE, 'utf8'), { now: systemClock.now() });
}
