/**
 * Faults of the files below the embedded database. Dynalite throws them, which would end the process in the middle of
 * its work, without a word of what follows. After a write that failed, as where the disk is full, LevelDB may lose
 * later ones although it accepts them: nothing more is written, and the process is ended by one DatabaseError.
 */
import { DatabaseError } from './database-error.ts';

type Callback = (error: unknown, value?: unknown) => unknown;
type Operation = (...args: unknown[]) => unknown;

/** The operations of a LevelDB as dynalite calls them: the last argument is the callback. */
export type Operations = Record<'get' | 'put' | 'del' | 'batch', Operation>;

const WRITES = ['put', 'del', 'batch'] as const;

/** An error that dynalite answers with. The SDK takes it for a failure of the server and tries again. */
interface Answered extends Error {
  readonly statusCode: number;
  readonly body: object;
}

/**
 * Lets operations of the database that fail answer their request with an error of the server.
 * @param onWriteFault called once, when the first write has failed; by default it throws where nothing catches it
 */
export function answerFaults(db: Operations, path: string, onWriteFault = throwUncaught): void {
  let fault: DatabaseError | undefined;
  db.get = answering(db.get.bind(db), (error) => (isMissing(error) ? error : answered(String(error))));
  for (const write of WRITES) {
    const original = db[write].bind(db);
    const operation = answering(original, (error) => {
      if (fault === undefined && isOfFiles(error)) {
        fault = unwritable(path, error);
        onWriteFault(fault);
      }
      return answered(fault?.message ?? String(error));
    });
    db[write] = (...args) => {
      const callback = args.at(-1);
      if (fault === undefined || typeof callback !== 'function') return operation(...args);
      return (callback as Callback)(answered(fault.message));
    };
  }
}

/** The operation, its error replaced on its way to the callback. */
function answering(operation: Operation, replaced: (error: unknown) => unknown): Operation {
  return (...args) => {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return operation(...args);
    const done: Callback = (error, ...rest) => (callback as Callback)(error ? replaced(error) : error, ...rest);
    return operation(...args.slice(0, -1), done);
  };
}

function isMissing(error: unknown): boolean {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'NotFoundError' || code === 'LEVEL_NOT_FOUND';
}

/** The database of a process that ends is closed: that is no fault of its files. */
function isOfFiles(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'LEVEL_IO_ERROR' || code === 'LEVEL_CORRUPTION';
}

function answered(message: string): Answered {
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message };
  return Object.assign(new Error(message), { statusCode: 500, body });
}

function unwritable(path: string, cause: unknown): DatabaseError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseError(
    'database-unwritable',
    `${path}: the data can't be written (${why}); what was written is kept, services end; free the disk and start again`,
    { cause },
  );
}

function throwUncaught(fault: DatabaseError): void {
  queueMicrotask(() => {
    throw fault;
  });
}
