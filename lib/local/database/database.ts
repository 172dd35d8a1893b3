/**
 * Opens the DynamoDB of one machine. The first process on a data directory serves an embedded DynamoDB, and other
 * processes use its endpoint.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, systemRandom, timeoutSignal } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';
import { publish, publishedEndpoint, withdraw } from './endpoint-file.ts';
import { makeDirectory } from './make-directory.ts';
import { makeOwnDirectory } from './own-files.ts';
import { serveInThread } from './serve-in-thread.ts';

/** The options of `openDatabase`. */
export interface DatabaseOptions {
  /** The directory for the data of the embedded DynamoDB, made if it is missing. */
  readonly directory: string;
  /** The port of the embedded DynamoDB on 127.0.0.1. @default any free port */
  readonly port?: number;
  /** The endpoint of another DynamoDB. If it is set, no embedded DynamoDB is started. @default the embedded DynamoDB */
  readonly endpoint?: string;
  /**
   * Whether this process ends soon. Then it doesn't offer its endpoint to other processes, which wait for its end.
   * @default false
   */
  readonly brief?: boolean;
  /**
   * How long to wait, in milliseconds, for another process that has the data files open but offers no endpoint.
   * @default 10000
   */
  readonly patience?: number;
}

/** A DynamoDB that this process can use: an embedded one, or the one in the option `endpoint`. */
export interface Database {
  readonly endpoint: string;
  /** Whether this process serves the database from a directory that had no data before. */
  readonly isNew: boolean;
  readonly embedded: boolean;
  /**
   * Whether another process serves the database. Its endpoint comes from a file that any program may have written, so
   * requests must not be signed with real AWS credentials.
   */
  readonly shared: boolean;
  /** Ends the embedded DynamoDB if this process serves it. May be called again. */
  close(): Promise<void>;
}

const LONGEST_WAIT_MS = 10_000;
const RETRY_MS = 100;

/**
 * Opens the embedded DynamoDB, or the one at the option `endpoint`.
 * @throws DatabaseError `database-in-use` if another process has the data files open for longer than `patience`;
 * `port-in-use` if the port is not free; `database-unusable` if the directory or its data can't be used
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.endpoint !== undefined) return foreign(options.endpoint, false);
  // A timer limits the wait, since the system clock may be set back meanwhile.
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
  // LevelDB, which keeps the data, makes the file `CURRENT` when it opens a new directory.
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
