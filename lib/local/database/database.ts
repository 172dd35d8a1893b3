/**
 * The database of one machine: the embedded DynamoDB, shared by the processes that work on one directory, or another
 * endpoint that the caller names. The files admit one process at a time; a second process uses the endpoint of the
 * first.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, systemRandom, timeoutSignal } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';
import { publish, publishedEndpoint, withdraw } from './endpoint-file.ts';
import { makeDirectory } from './make-directory.ts';
import { makeOwnDirectory } from './own-files.ts';
import { serveInThread } from './serve-in-thread.ts';

/** Which database to open. */
export interface DatabaseOptions {
  /** The directory of the embedded database's data: made if missing. */
  readonly directory: string;
  /** The port on 127.0.0.1. @default any free one */
  readonly port?: number;
  /** Another DynamoDB to use: nothing is started. */
  readonly endpoint?: string;
  /**
   * This process ends soon: others wait for its end instead of using an endpoint that is about to go away.
   * @default false
   */
  readonly brief?: boolean;
  /** How long to wait for a process that holds the files and offers no endpoint, in milliseconds. @default 10000 */
  readonly patience?: number;
}

/** A database that answers. */
export interface Database {
  readonly endpoint: string;
  /** Whether the directory held no data before; false where another process serves the database. */
  readonly isNew: boolean;
  /** Whether this process serves it. */
  readonly embedded: boolean;
  /** Whether another process serves it that a file in the directory named: it gets no credentials of the caller. */
  readonly shared: boolean;
  /** Ends what this process started. Further calls have no effect. */
  close(): Promise<void>;
}

const LONGEST_WAIT_MS = 10_000;
const RETRY_MS = 100;

/**
 * Opens the database.
 * @throws DatabaseError `database-in-use` if another process holds the files for longer than `patience`, `port-in-use`,
 * `database-unusable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.endpoint !== undefined) return foreign(options.endpoint, false);
  // By a timer, since the clock may be set back meanwhile.
  const patienceEnds = timeoutSignal(options.patience ?? LONGEST_WAIT_MS);
  do {
    const database = await tryToOpen(options);
    if (database !== undefined) return database;
    await systemClock.sleep(RETRY_MS);
  } while (!patienceEnds.aborted);
  throw new DatabaseError(
    'database-in-use',
    `${options.directory}: another process holds the data and offers no endpoint; end it, or name another directory`,
  );
}

function foreign(endpoint: string, shared: boolean): Database {
  return { endpoint, isNew: false, embedded: false, shared, close: async () => {} };
}

async function tryToOpen({ directory, port = 0, brief = false }: DatabaseOptions): Promise<Database | undefined> {
  const path = join(directory, 'dynamodb');
  const published = await publishedEndpoint(directory);
  if (published !== undefined) return foreign(published, true);
  try {
    makeDirectory(directory);
    makeOwnDirectory(path);
  } catch (error) {
    throw unusable(`${directory}: can't be made`, error);
  }
  // LevelDB makes this file when it opens a directory for the first time.
  const isNew = !existsSync(join(path, 'CURRENT'));
  const identity = systemRandom.id();
  const served = await serveInThread({ path, port, identity });
  if (served === undefined) return undefined;
  const { endpoint } = served;
  try {
    if (!brief) await publish(directory, { endpoint, pid: process.pid, identity });
  } catch (error) {
    await served.close();
    throw unusable(`${directory}: can't be written`, error);
  }
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= withdraw(directory, identity).then(() => served.close());
    return closing;
  };
  return { endpoint, isNew, embedded: true, shared: false, close };
}

function unusable(what: string, cause: unknown): DatabaseError {
  return new DatabaseError('database-unusable', `${what} (${String(cause)}); nothing was started`, { cause });
}
