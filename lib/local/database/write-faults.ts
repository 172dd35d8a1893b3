/**
 * Handles faults of the files in which the embedded DynamoDB keeps its data. Dynalite throws an error for such a fault,
 * which would end the process without an explanation. After a failed write, for example because the disk is full,
 * LevelDB may lose later writes although it accepts them. So nothing more is written, and one DatabaseError ends the
 * process.
 */
import { DatabaseError } from './database-error.ts';

type Callback = (error: unknown, value?: unknown) => unknown;
type Operation = (...args: unknown[]) => unknown;

/** The operations of LevelDB that dynalite calls. The last argument of each operation is a callback for its result. */
export type Operations = Record<'get' | 'put' | 'del' | 'batch', Operation>;

const WRITES = ['put', 'del', 'batch'] as const;

/**
 * An error that dynalite sends to the client as the response to a request. The AWS SDK takes it for a failure of the
 * server and tries the request again.
 */
interface Answered extends Error {
  readonly statusCode: number;
  readonly body: object;
}

/**
 * Changes the operations of `db` so that a failed operation makes dynalite answer its request with HTTP status 500.
 * After the first failed write, every later write fails at once.
 * @param onWriteFault called once, when the first write has failed; by default it throws the error where no code
 * catches it, so that the process ends
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

/**
 * Wraps an operation of LevelDB. The function `replaced` converts an error of the operation before the callback gets
 * it.
 */
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
 * Whether the error shows that the data files are faulty: an I/O error or damaged data. The error for a closed database
 * is not counted, since it occurs whenever the process ends.
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
