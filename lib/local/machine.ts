/**
 * A machine replaces AWS in one process: it has the database with its tables, and runs each function in worker threads.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { faultsIn } from '../bundling/index.ts';
import {
  dynamoFlowRunStore,
  type FlowRunStore,
  flowRunsTable,
  type Imported,
  importFlowRuns,
} from '../flow-runs/index.ts';
import { isUnreadableState, type Service, withInterval } from '../service/index.ts';
import { dynamoStateStore, marshalling, stateTable } from '../store/index.ts';
import { systemClock } from '../time/index.ts';
import { watchdogVariables } from '../watchdog/index.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database/database.ts';
import { ensureTable } from './database/tables.ts';
import { type Bundle, bundleFunctions, makeBundleDirectory, removeBundles, rootOf } from './functions/bundle.ts';
import { clientOf, environmentOf, isAwsEndpoint, type LocalEnvironment } from './functions/environment.ts';
import { fewAtOnce } from './functions/few-at-once.ts';
import { type FunctionHost, hostFunction } from './functions/function-host.ts';
import { idleWorkers } from './functions/idle-workers.ts';
import { readSecretsFile, withSecrets } from './functions/secrets-file.ts';
import type { ServiceEntry } from './services/find-services.ts';
import { sweepTable } from './sweep.ts';

export interface MachineOptions extends DatabaseOptions {
  /** The environment variables of all functions. `openMachine` adds some, such as the name of the state table. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  /** The services that can be run. */
  readonly catalog: readonly ServiceEntry[];
  /** The names of the services to run. @default all services in `catalog` */
  readonly services?: readonly string[];
  /**
   * Called with one line about each service whose function can't be bundled. @default the error is thrown, and no
   * service runs
   */
  readonly onFault?: (line: string, entry: ServiceEntry) => void;
}

/** The database and the functions on one machine. */
export interface Machine {
  readonly database: Database;
  readonly hosts: readonly FunctionHost[];
  /** The bundles of the functions in `hosts`. */
  readonly bundles: readonly Bundle[];
  /**
   * The names of the services with a cron expression that have run a tick before. One whose stored state can't be read
   * is included.
   */
  readonly ticked: ReadonlySet<string>;
  readonly sampleRuns: number;
  /** Deletes the items of the state table that have expired at `now`, in epoch milliseconds. */
  sweep(now: number): Promise<void>;
  /**
   * Bundles functions again, or new ones. The result has, in the order of `entries`, a bundle or the error of the
   * bundling.
   */
  bundle(entries: readonly ServiceEntry[]): Promise<readonly (Bundle | Error)[]>;
  /** Deletes what was bundled before, but for these bundles and those that were made together with them. */
  keepBundles(bundles: readonly Bundle[]): Promise<void>;
  /**
   * Makes the host of a bundle's function.
   * @param catalog the services that the watchdog watches, if the function is its own
   */
  host(bundle: Bundle, catalog: readonly ServiceEntry[]): FunctionHost;
  /** Ends all functions and the database. */
  close(): Promise<void>;
}

const WATCHDOG = 'watch-services';
/** The service that works on flow runs. */
const LATE_RUNS = 'mark-late-runs';
/** The most worker threads that start at the same time. Each start occupies a processor for much of a second. */
const MOST_STARTS = 2;
const SAMPLE = new URL('../../samples/flow-runs.json', import.meta.url);

/**
 * Opens the database, makes missing tables and bundles the functions. If a service marks late runs, a new database gets
 * sample flow runs.
 */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  const { catalog } = options;
  const entries = chosen(catalog, options.services);
  const database = await openDatabase(options);
  const hosts = new Set<FunctionHost>();
  let directory: string | undefined;
  const close = async () => {
    await Promise.all([...hosts].map((host) => host.end()));
    if (directory !== undefined) await removeBundles(directory);
    await database.close();
  };
  try {
    const env = environmentOf(database, options.variables);
    const sampleRuns = await prepareTables(database, env, marksLateRuns(catalog));
    directory = await makeBundleDirectory(options.directory);
    const { bundle, keepBundles } = bundler(directory, rootOf(catalog));
    const hostIn = hostMaker(options, env, await readSecretsFile(options.directory));
    const host: Machine['host'] = (bundle, watched) => {
      const made = hostIn(bundle, watched);
      hosts.add(made);
      return made;
    };
    const bundles = usable(entries, await bundle(entries), options);
    const ticked = await readTicked(database, env, entries);
    const sweep = (now: number) => sweepTable(database.endpoint, env, now);
    const made = bundles.map((each) => host(each, catalog));
    return { database, hosts: made, bundles, sampleRuns, ticked, sweep, bundle, keepBundles, host, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Bundles services, each time into a directory of its own in `directory`. */
function bundler(directory: string, root: string): Pick<Machine, 'bundle' | 'keepBundles'> {
  const made = new Set<string>();
  let count = 0;
  return {
    bundle(entries) {
      const path = resolve(directory, String(++count));
      made.add(path);
      return bundleFunctions(entries, path, root);
    },
    async keepBundles(bundles) {
      const kept = bundles.map(({ file }) => dirname(file));
      const old = [...made].filter((path) => !kept.includes(path));
      for (const path of old) made.delete(path);
      await Promise.all(old.map(removeBundles));
    },
  };
}

/** Returns the bundles, and passes each error on. */
function usable(
  entries: readonly ServiceEntry[],
  made: readonly (Bundle | Error)[],
  { onFault }: MachineOptions,
): Bundle[] {
  return made.flatMap((bundle, index) => {
    const entry = entries[index];
    if (!(bundle instanceof Error)) return [bundle];
    if (onFault === undefined || entry === undefined) throw bundle;
    const why = faultsIn(bundle)[0] ?? bundle.message;
    onFault(`${entry.service.name}: its function can't be bundled; the other services run (${why})`, entry);
    return [];
  });
}

function hostMaker(
  { onLine }: MachineOptions,
  variables: LocalEnvironment,
  secrets: Readonly<Record<string, string | undefined>>,
): Machine['host'] {
  const shared = { clock: systemClock, onLine, ...startingAndIdle() };
  return (bundle, catalog) => {
    const service = withInterval(bundle.service, bundle.service.localInterval);
    // The service `watch-services` doesn't watch itself here, since a person sees on the screen whether it works.
    const watched = catalog.filter((entry) => entry.service.name !== WATCHDOG).map(localService);
    const own = { TICKOVER_BUILD: bundle.build, TICKOVER_INTERVAL: `${service.policy.interval}ms` };
    return hostFunction({
      ...shared,
      service,
      bundle,
      env: { ...watchdogVariables(watched), ...withSecrets(service, variables, secrets), ...own },
    });
  };
}

function marksLateRuns(catalog: readonly ServiceEntry[]): boolean {
  return catalog.some(({ service }) => service.name === LATE_RUNS);
}

function startingAndIdle(): Pick<Parameters<typeof hostFunction>[0], 'takeTurn' | 'idle'> {
  return { takeTurn: fewAtOnce(MOST_STARTS), idle: idleWorkers(systemClock) };
}

function chosen(catalog: readonly ServiceEntry[], services: readonly string[] | undefined): readonly ServiceEntry[] {
  const known = catalog.map(({ service }) => service.name);
  const unknown = services?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`service: expected ${known.join(' or ')}, got '${unknown}'`);
  return catalog.filter(({ service }) => services?.includes(service.name) ?? true);
}

function localService({ service }: ServiceEntry): Service {
  return withInterval(service, `${service.localInterval}ms`);
}

/**
 * Makes missing tables and returns the number of sample flow runs that were loaded. Does nothing on AWS, where the
 * stack makes the tables.
 */
async function prepareTables(database: Database, env: LocalEnvironment, hasFlowRuns: boolean): Promise<number> {
  if (isAwsEndpoint(database.endpoint)) return 0;
  const client = clientOf(database.endpoint, env);
  try {
    await ensureTable(client, stateTable(env.TICKOVER_TABLE));
    if (!hasFlowRuns) return 0;
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
  entries: readonly ServiceEntry[],
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
