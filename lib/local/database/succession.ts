/**
 * Succession: a process that uses the database of another one serves the data itself once that process has ended. It
 * serves them on the same port, so that every client goes on with the endpoint that it has.
 */
import { type Clock, systemClock } from '../../time/index.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { publishedEndpoint } from './endpoint-file.ts';

interface Parts {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Called with a line for a person. */
  readonly onNotice: (line: string) => void;
  readonly clock?: Clock;
}

/** The time between two checks of the process that serves the data. */
const PERIOD_MS = 250;
/** A command that ends soon may hold the data in between: so many tries, each with a period's patience. */
const MOST_TRIES = 240;

/**
 * Watches the process that serves the database, until the signal, and takes its place when it has ended.
 * @returns the database as it is then, which the caller closes: the same one, or one that this process serves
 * @throws DatabaseError if nobody serves the data and this process can't either
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

/** The database at the same endpoint, or `undefined` if it may be tried again. */
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
