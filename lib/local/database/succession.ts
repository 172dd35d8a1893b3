/**
 * Lets a process that uses the database of another process serve this database itself after the other process has
 * ended. It serves the database on the same port as the other process did, so that the endpoint stays valid for every
 * client.
 */
import { type Clock, systemClock } from '../../time/index.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { publishedEndpoint } from './endpoint-file.ts';

interface Parts {
  /** Aborted when this process no longer has to watch the process that serves the database. */
  readonly signal: AbortSignal;
  /** Called with one line for a person when this process begins to serve the data. */
  readonly onNotice: (line: string) => void;
  readonly clock?: Clock;
}

/** The time between two checks whether the other process still serves the database, in milliseconds. */
const PERIOD_MS = 250;
/**
 * How many times this process tries to open the data after the other process has ended; each try takes up to PERIOD_MS.
 * A command that ends soon may have the files open in the meantime.
 */
const MOST_TRIES = 240;

/**
 * Watches the process that serves the database until `signal` is aborted. When that process has ended, this process
 * serves the database in its place.
 * @returns the database that is in use at the end, which the caller must close: the given one, or one that this process
 * serves
 * @throws DatabaseError if no process serves the database and this process can't serve it either
 */
export async function keepServed(database: Database, options: DatabaseOptions, parts: Parts): Promise<Database> {
  const { signal, onNotice, clock = systemClock } = parts;
  if (options.endpoint !== undefined) return database;
  const { endpoint } = database;
  let current = database;
  let tries = 0;
  while (!current.embedded && !signal.aborted) {
    await clock.sleep(PERIOD_MS, signal);
    if (signal.aborted || (await publishedEndpoint(options.directory)) === endpoint) continue;
    const next = await tryToServe(endpoint, options, ++tries < MOST_TRIES);
    if (next === undefined) continue;
    current = next;
    tries = 0;
    if (current.embedded)
      onNotice(`database: the process that served ${options.directory} has ended; this one does now`);
  }
  return current;
}

/**
 * Opens the database at `endpoint`, where the ended process served it.
 * @param again whether the caller can try again: then the function returns `undefined` if another process has the files
 * open; otherwise it throws for this reason too
 * @throws DatabaseError `database-lost` if this process can't serve the database at `endpoint`
 */
async function tryToServe(endpoint: string, options: DatabaseOptions, again: boolean): Promise<Database | undefined> {
  const port = Number(new URL(endpoint).port);
  try {
    const opened = await openDatabase({ directory: options.directory, port, patience: PERIOD_MS });
    if (opened.endpoint === endpoint) return opened;
    await opened.close();
    throw new DatabaseError('port-in-use', `another process serves the data at ${opened.endpoint}`);
  } catch (error) {
    if (again && error instanceof DatabaseError && error.code === 'database-in-use') return undefined;
    const why = error instanceof Error ? error.message.replace(/^database: /, '') : String(error);
    throw new DatabaseError(
      'database-lost',
      `the process that served ${options.directory} has ended and this one can't (${why}); services end; start again`,
      { cause: error },
    );
  }
}
