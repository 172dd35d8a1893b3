/**
 * A machine replaces AWS in one process: it has the database with its tables, and runs each function in worker threads.
 */
import { readFile } from 'node:fs/promises';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  dynamoFlowRunStore,
  type FlowRunStore,
  flowRunsTable,
  type Imported,
  importFlowRuns,
} from '../flow-runs/index.ts';
import { isUnreadableState, type Service, withInterval } from '../service/index.ts';
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
import { readSecretsFile, withSecrets } from './functions/secrets-file.ts';
import { sweepTable } from './sweep.ts';

export interface MachineOptions extends DatabaseOptions {
  /** The environment variables of all functions. `openMachine` adds some, such as the endpoint of the database. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  /** The names of the services to run. @default all services in `catalog` */
  readonly services?: readonly string[];
  /** The services that can be run, with the files of their functions. @default the files in the folder `functions` */
  readonly catalog?: readonly CatalogEntry[];
  /**
   * Called with one line about each service whose function can't be bundled. @default the error is thrown, and no
   * service runs
   */
  readonly onFault?: (line: string) => void;
}

/** The database and the functions on one machine. */
export interface Machine {
  readonly database: Database;
  readonly hosts: readonly FunctionHost[];
  /**
   * The names of the services with a cron expression that have run a tick before. One whose stored state can't be read
   * is included.
   */
  readonly ticked: ReadonlySet<string>;
  readonly sampleRuns: number;
  /** Deletes the items of the state table that have expired at `now`, in epoch milliseconds. */
  sweep(now: number): Promise<void>;
  close(): Promise<void>;
}

const WATCHDOG = 'watch-services';
/** The most worker threads that start at the same time. Each start occupies a processor for much of a second. */
const MOST_STARTS = 2;
const SAMPLE = new URL('../../samples/flow-runs.json', import.meta.url);

/** Opens the database, makes missing tables and bundles the functions. A new database gets sample flow runs. */
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
    // The service `watch-services` doesn't watch itself here, since a person sees on the screen whether it works.
    const watched = catalog.filter(({ service }) => service.name !== WATCHDOG).map(localService);
    const variables = database.shared ? withoutCredentials(options.variables) : options.variables;
    const env = { ...watchdogVariables(watched), ...environmentOf(database.endpoint, variables) };
    const file = await readSecretsFile(options.directory);
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
      hosts.push(hostFunction({ ...shared, service, bundle, env: { ...withSecrets(service, env, file), ...own } }));
    }
    const ticked = await readTicked(database, env, entries);
    const sweep = (now: number) => sweepTable(database.endpoint, env, now);
    return { database, hosts, sampleRuns, ticked, sweep, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function refuseBundle({ service }: CatalogEntry, error: Error, { onFault }: MachineOptions): void {
  if (onFault === undefined) throw error;
  onFault(`${service.name}: its function can't be bundled; the other services run (${error.message})`);
}

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
 * Makes missing tables and returns the number of sample flow runs that were loaded. Does nothing on AWS, where the
 * stack makes the tables.
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
 * Returns the names of the services with a cron expression that have run a tick before. A service whose stored state
 * can't be read is included: it is invoked at once, and its first invocation reports the damage.
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
    const isUnreadable = (error: unknown) => isUnreadableState(error);
    const ticked = await Promise.all(names.map((name) => hasTicked(name).catch(isUnreadable)));
    return new Set(names.filter((_, index) => ticked[index]));
  } finally {
    client.destroy();
  }
}

export async function loadSample(store: FlowRunStore): Promise<Imported> {
  return importFlowRuns(store, await readFile(SAMPLE, 'utf8'), { now: systemClock.now() });
}
