/**
 * Opens the database of one machine: the embedded DynamoDB, which all processes that work on one data directory share,
 * or another endpoint that the caller names. Only one process at a time can open the files of the directory. Every
 * other process uses the endpoint of that process.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, systemRandom, timeoutSignal } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';
import { publish, publishedEndpoint, withdraw } from './endpoint-file.ts';
import { makeDirectory } from './make-directory.ts';
import { makeOwnDirectory } from './own-files.ts';
import { serveInThread } from './serve-in-thread.ts';

/** The options that say which database to open. */
export interface DatabaseOptions {
  /** The directory for the data of the embedded DynamoDB. It is made if it is missing. */
  readonly directory: string;
  /** The port of the embedded DynamoDB on 127.0.0.1. @default any free port */
  readonly port?: number;
  /**
   * The endpoint of a DynamoDB to use instead of the embedded one, which is then not started. @default the embedded
   * DynamoDB
   */
  readonly endpoint?: string;
  /**
   * Whether this process ends soon. If so, it doesn't publish its endpoint. Other processes then wait for its end
   * instead of using an endpoint that is about to disappear. @default false
   */
  readonly brief?: boolean;
  /**
   * How long to wait, in milliseconds, while another process has the files of the directory open but has published no
   * endpoint. @default 10000
   */
  readonly patience?: number;
}

/** A DynamoDB endpoint that answers: that of an embedded DynamoDB, or another one that the caller named. */
export interface Database {
  readonly endpoint: string;
  /**
   * Whether the data directory contained no data before this process opened it. False if this process doesn't serve the
   * database.
   */
  readonly isNew: boolean;
  /** Whether this process serves the database. */
  readonly embedded: boolean;
  /**
   * Whether another process serves the embedded DynamoDB. Its endpoint comes from a file in the data directory, which
   * another program may have written, so requests must not be signed with the credentials of the user.
   */
  readonly shared: boolean;
  /** Ends the embedded DynamoDB if this process serves it; otherwise does nothing. Further calls have no effect. */
  close(): Promise<void>;
}

const LONGEST_WAIT_MS = 10_000;
const RETRY_MS = 100;

/**
 * Opens the database that the options name.
 * @throws DatabaseError `database-in-use` if another process has the files open for longer than `patience`;
 * `port-in-use` if the port is not free; `database-unusable` if the data or the directory can't be used
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.endpoint !== undefined) return foreign(options.endpoint, false);
  // A timer, not the clock, limits the wait, since the clock may be set back meanwhile.
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
  // LevelDB makes the file `CURRENT` when it opens a directory for the first time.
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
