/**
 * Handles errors of the data files of the embedded DynamoDB. After a failed write (for example on a full disk), the
 * storage library LevelDB may lose later writes that it accepts. So the first failed write ends all writing and the
 * process.
 */
import { DatabaseError } from './database-error.ts';

type Callback = (error: unknown, value?: unknown) => unknown;
type Operation = (...args: unknown[]) => unknown;

/** The operations of the storage library LevelDB. The last argument of each is a callback. */
export type Operations = Record<'get' | 'put' | 'del' | 'batch', Operation>;

const WRITES = ['put', 'del', 'batch'] as const;

/** An error that dynalite sends as an HTTP response. The AWS SDK then repeats the request. */
interface Answered extends Error {
  readonly statusCode: number;
  readonly body: object;
}

/**
 * Makes a failed operation of `db` an HTTP response with status 500. After the first failed write, every later write
 * fails at once.
 * @param onWriteFault called once, at the first failed write; by default an uncaught error ends the process
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

/**
 * Whether the error is an I/O error or damaged data. The error of a closed database is neither, and occurs at every end
 * of the process.
 */
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
