/**
 * Lets this process take over the embedded DynamoDB when the process that served it has ended. The port stays the same,
 * so all clients go on.
 */
import { hasCode } from '../../text/index.ts';
import { type Clock, systemClock } from '../../time/index.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { publishedEndpoint } from './endpoint-file.ts';

interface Parts {
  /** Aborted when this process need not take over the database any more. */
  readonly signal: AbortSignal;
  readonly onNotice: (line: string) => void;
  readonly clock?: Clock;
}

/** The time between two checks whether the other process still serves, in milliseconds. */
const PERIOD_MS = 250;
/**
 * How many times this process tries to open the data files, for up to PERIOD_MS each. A short command may have them
 * open meanwhile.
 */
const MOST_TRIES = 240;

/**
 * Watches the process that serves the database, until `signal` is aborted. If that process ends, this process serves
 * the database instead.
 * @returns the database in use at the end, which the caller must close
 * @throws DatabaseError if the other process has ended and this one can't serve the database either
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
 * Serves the database at the same endpoint as the process that has ended.
 * @param again whether to return `undefined`, so that the caller tries again, if another process has the data files
 * open
 * @throws DatabaseError `database-lost` if this process can't serve the database
 */
async function tryToServe(endpoint: string, options: DatabaseOptions, again: boolean): Promise<Database | undefined> {
  const port = Number(new URL(endpoint).port);
  try {
    const opened = await openDatabase({ directory: options.directory, port, patience: PERIOD_MS });
    if (opened.endpoint === endpoint) return opened;
    await opened.close();
    throw new DatabaseError('port-in-use', `another process serves the data at ${opened.endpoint}`);
  } catch (error) {
    if (again && hasCode(error, 'database-in-use')) return undefined;
    const why = error instanceof Error ? error.message.replace(/^database: /, '') : String(error);
    throw new DatabaseError(
      'database-lost',
      `the process that served ${options.directory} has ended and this one can't (${why}); services end; start again`,
      { cause: error },
    );
  }
}
