/**
 * The database of one machine: the embedded DynamoDB, shared by the processes that work on one directory, or any other
 * endpoint that is named. The files admit one process at a time; who comes second uses the first one's endpoint.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';
import { type Embedded, serveEmbedded } from './embedded.ts';
import { publish, publishedEndpoint, withdraw } from './endpoint-file.ts';
import { makeDirectory } from './make-directory.ts';

/** Which database. */
export interface DatabaseOptions {
  /** Where the data are kept: made if missing. */
  readonly directory: string;
  /** The port on 127.0.0.1. @default any free one */
  readonly port?: number;
  /** Another DynamoDB to use: nothing is started. */
  readonly endpoint?: string;
  /** This process ends soon: others wait for that instead of using an endpoint about to go away. @default false */
  readonly brief?: boolean;
  /** How long to wait for a process that holds the files and offers no endpoint, in milliseconds. @default 10000 */
  readonly patience?: number;
}

/** A database that answers. */
export interface Database {
  readonly endpoint: string;
  /** The directory held no data before; never true of a database that somebody else serves. */
  readonly isNew: boolean;
  /** Served by this process. */
  readonly embedded: boolean;
  /** Ends what this process started; promptly, and more than once if need be. */
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;
const RETRY_MS = 100;

/**
 * Opens the database.
 * @throws DatabaseError `database-in-use` if another process holds the files for longer than `patience`, `port-in-use`, `database-unusable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.endpoint !== undefined) return foreign(options.endpoint);
  const until = systemClock.now() + (options.patience ?? PATIENCE_MS);
  do {
    const database = await tryOpening(options);
    if (database !== undefined) return database;
    await systemClock.sleep(RETRY_MS);
  } while (systemClock.now() < until);
  throw new DatabaseError(
    'database-in-use',
    `${options.directory}: another process holds the data and offers no endpoint; end it, or name another directory`,
  );
}

function foreign(endpoint: string): Database {
  return { endpoint, isNew: false, embedded: false, close: async () => {} };
}

async function tryOpening(options: DatabaseOptions): Promise<Database | undefined> {
  const published = await publishedEndpoint(options.directory);
  if (published !== undefined) return foreign(published);
  const path = join(options.directory, 'dynamodb');
  const isNew = await makeRoom(options.directory, path);
  const identity = systemRandom.id();
  const served = await serveEmbedded({ path, port: options.port ?? 0, identity });
  if (served === undefined) return undefined;
  if (options.brief !== true) await announce(options.directory, served, identity);
  return { endpoint: served.endpoint, isNew, embedded: true, close: closerOf(options.directory, served, identity) };
}

/** Whether the data are yet to be made. LevelDB's file `CURRENT` is there once it has been opened. */
async function makeRoom(directory: string, path: string): Promise<boolean> {
  try {
    makeDirectory(directory);
  } catch (error) {
    throw new DatabaseError(
      'database-unusable',
      `${directory}: can't be made (${String(error)}); nothing was started`,
      {
        cause: error,
      },
    );
  }
  return access(join(path, 'CURRENT')).then(
    () => false,
    () => true,
  );
}

async function announce(directory: string, served: Embedded, identity: string): Promise<void> {
  try {
    await publish(directory, { endpoint: served.endpoint, pid: process.pid, identity });
  } catch (error) {
    await served.close();
    throw new DatabaseError(
      'database-unusable',
      `${directory}: can't be written (${String(error)}); nothing was started`,
      {
        cause: error,
      },
    );
  }
}

function closerOf(directory: string, served: Embedded, identity: string): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= withdraw(directory, identity).then(() => served.close());
    return closing;
  };
}
