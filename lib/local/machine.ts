/** One machine: the database, its tables, and a host for every function of the catalog. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoFlowRunStore, FLOW_RUNS_TABLE, flowRunsTable } from '../flow-runs/index.ts';
import { type Service, withInterval } from '../runner/index.ts';
import { type CatalogEntry, loadCatalog } from '../services/catalog.ts';
import { stateTable } from '../store/index.ts';
import { systemClock } from '../time/index.ts';
import { watchedVariables } from '../watch/index.ts';
import { bundleFunction } from './bundle.ts';
import { isAwsEndpoint, localCredentials } from './credentials.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { type FunctionHost, hostFunction } from './function-host.ts';
import { loadSample } from './sample.ts';
import { ensureTable } from './tables.ts';

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
  /** Ends the workers and the database. */
  close(): Promise<void>;
}

const STATE_TABLE = 'tickover';
const WATCHER = 'watch-services';

/** Opens the database, makes missing tables, loads the sample into a new one, and bundles the functions. */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  const catalog = options.catalog ?? (await loadCatalog());
  const entries = chosen(catalog, options.services);
  const database = await openDatabase(options);
  try {
    const env = { ...watchedVariables(watchedOn(catalog)), ...environmentOf(database, options.variables) };
    const sampleRuns = await prepareTables(database, env);
    const hosts = await Promise.all(entries.map((entry) => hostOf(entry, options, env)));
    const close = async () => {
      await Promise.all(hosts.map((host) => host.end()));
      await database.close();
    };
    return { database, hosts, sampleRuns, close };
  } catch (error) {
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

/** Scheduler's lateness is not simulated, so a firing owns its own minute: no slack. */
function environmentOf(database: Database, variables: MachineOptions['variables']): MachineOptions['variables'] {
  const watched = JSON.stringify([{ url: database.endpoint }]);
  return {
    TICKOVER_TABLE: STATE_TABLE,
    TICKOVER_FLOW_RUNS_TABLE: FLOW_RUNS_TABLE,
    TICKOVER_ENDPOINTS: watched,
    ...variables,
    ...localCredentials(database.endpoint, variables),
    TICKOVER_SLACK_SECONDS: '0',
  };
}

/** Makes the tables that are missing, but not on AWS: there they are the stack's. */
async function prepareTables(database: Database, env: MachineOptions['variables']): Promise<number> {
  const { TICKOVER_TABLE = STATE_TABLE, TICKOVER_FLOW_RUNS_TABLE = FLOW_RUNS_TABLE } = env;
  if (isAwsEndpoint(database.endpoint)) return 0;
  const client = clientOf(database, env);
  try {
    await ensureTable(client, stateTable(TICKOVER_TABLE));
    const isNew = await ensureTable(client, flowRunsTable(TICKOVER_FLOW_RUNS_TABLE));
    if (!isNew || !database.isNew) return 0;
    return (await loadSample(dynamoFlowRunStore(client, TICKOVER_FLOW_RUNS_TABLE))).written;
  } finally {
    client.destroy();
  }
}

function clientOf({ endpoint }: Database, env: MachineOptions['variables']): DynamoDBClient {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  const given = AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined;
  return new DynamoDBClient({
    endpoint,
    ...(AWS_REGION === undefined ? {} : { region: AWS_REGION }),
    ...(given
      ? {
          credentials: {
            accessKeyId: AWS_ACCESS_KEY_ID,
            secretAccessKey: AWS_SECRET_ACCESS_KEY,
            ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
          },
        }
      : {}),
  });
}

/** Whoever watches is watched by whoever reads the screen. */
function watchedOn(catalog: readonly CatalogEntry[]): Service[] {
  return catalog.filter(({ service }) => service.name !== WATCHER).map(localService);
}

function localService({ service }: CatalogEntry): Service {
  return withInterval(service, service.localInterval);
}

async function hostOf(
  entry: CatalogEntry,
  options: MachineOptions,
  env: MachineOptions['variables'],
): Promise<FunctionHost> {
  const bundle = await bundleFunction(entry, options.directory);
  const service = localService(entry);
  const own = { TICKOVER_BUILD: bundle.build, TICKOVER_INTERVAL: `${service.policy.interval}ms` };
  return hostFunction({ service, bundle, env: { ...env, ...own }, clock: systemClock, onLine: options.onLine });
}
