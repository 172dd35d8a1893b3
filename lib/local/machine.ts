/** One machine: the database, its tables, and a host for every function of the catalog. */
import { dynamoFlowRunStore, flowRunsTable } from '../flow-runs/index.ts';
import { type Service, withInterval } from '../service/index.ts';
import { type CatalogEntry, loadCatalog } from '../services/catalog.ts';
import { stateTable } from '../store/index.ts';
import { systemClock } from '../time/index.ts';
import { watchdogVariables } from '../watchdog/index.ts';
import { isAwsEndpoint } from './database/credentials.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database/database.ts';
import { loadSample } from './database/sample.ts';
import { ensureTable } from './database/tables.ts';
import { bundleFunction } from './functions/bundle.ts';
import { type BundleDirectory, openBundleDirectory } from './functions/bundle-directory.ts';
import { clientOf, environmentOf, type LocalEnvironment } from './functions/environment.ts';
import { type FunctionHost, hostFunction } from './functions/function-host.ts';

/** What a machine is opened with. */
export interface MachineOptions extends DatabaseOptions {
  /** The environment that the functions are given, added to. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Called with every line that a function writes. */
  readonly onLine: (line: string) => void;
  /** Only these services. @default all of the catalog */
  readonly services?: readonly string[];
  /** What there is to run. @default the functions of this project */
  readonly catalog?: readonly CatalogEntry[];
}

/** A machine on which functions can be invoked. */
export interface Machine {
  readonly database: Database;
  readonly hosts: readonly FunctionHost[];
  /** How many flow runs of the sample were loaded, the database being new. */
  readonly sampleRuns: number;
  /** Ends the workers and the database, and removes the bundles. */
  close(): Promise<void>;
}

const WATCHER = 'watch-services';

/** Opens the database, makes missing tables, loads the sample into a new one, and bundles the functions. */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  const catalog = options.catalog ?? (await loadCatalog());
  const entries = chosen(catalog, options.services);
  const database = await openDatabase(options);
  let bundles: BundleDirectory | undefined;
  try {
    const env = { ...watchdogVariables(watchedOn(catalog)), ...environmentOf(database.endpoint, options.variables) };
    const sampleRuns = await prepareTables(database, env);
    const own = await openBundleDirectory(options.directory);
    bundles = own;
    const hosts = await Promise.all(entries.map((entry) => hostOf(entry, own.path, { options, env })));
    const close = async () => {
      await Promise.all(hosts.map((host) => host.end()));
      await own.remove();
      await database.close();
    };
    return { database, hosts, sampleRuns, close };
  } catch (error) {
    await bundles?.remove();
    await database.close();
    throw error;
  }
}

function chosen(catalog: readonly CatalogEntry[], services: readonly string[] | undefined): readonly CatalogEntry[] {
  const known = catalog.map(({ service }) => service.name);
  const unknown = services?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`service: expected ${known.join(' or ')}, got '${unknown}'`);
  return catalog.filter(({ service }) => services?.includes(service.name) ?? true);
}

/** Makes the tables that are missing, but not on AWS: there they are the stack's. */
async function prepareTables(database: Database, env: LocalEnvironment): Promise<number> {
  const { TICKOVER_TABLE, TICKOVER_FLOW_RUNS_TABLE } = env;
  if (isAwsEndpoint(database.endpoint)) return 0;
  const client = clientOf(database.endpoint, env);
  try {
    await ensureTable(client, stateTable(TICKOVER_TABLE));
    const isNew = await ensureTable(client, flowRunsTable(TICKOVER_FLOW_RUNS_TABLE));
    if (!isNew || !database.isNew) return 0;
    return (await loadSample(dynamoFlowRunStore(client, TICKOVER_FLOW_RUNS_TABLE))).written;
  } finally {
    client.destroy();
  }
}

interface Surroundings {
  readonly options: MachineOptions;
  readonly env: LocalEnvironment;
}

/** Whoever watches is watched by whoever reads the screen. */
function watchedOn(catalog: readonly CatalogEntry[]): Service[] {
  return catalog.filter(({ service }) => service.name !== WATCHER).map(localService);
}

function localService({ service }: CatalogEntry): Service {
  return withInterval(service, service.localInterval);
}

async function hostOf(entry: CatalogEntry, bundles: string, { options, env }: Surroundings): Promise<FunctionHost> {
  const bundle = await bundleFunction(entry, bundles);
  const service = localService(entry);
  const own = { TICKOVER_BUILD: bundle.build, TICKOVER_INTERVAL: `${service.policy.interval}ms` };
  return hostFunction({ service, bundle, env: { ...env, ...own }, clock: systemClock, onLine: options.onLine });
}
