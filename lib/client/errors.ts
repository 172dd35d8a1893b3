/** The error of the client. */
import { cut, escaped, mask, readProperty, toSafeCause } from '../text/index.ts';

/**
 * Why a request of the client was not answered. `TICKOVER_...`
 * - `ACCESS_DENIED`: AWS refused the caller, or has no credentials of it
 * - `NOT_FOUND`: there is no such function, stack or table
 * - `UNKNOWN_SERVICE`: there is no service of this name
 * - `THROTTLED`: AWS refused the request since there were too many; nothing was done
 * - `TIMED_OUT`: no answer in time; whether something was done isn't known
 * - `UNREACHABLE`: the endpoint didn't answer
 * - `FUNCTION_FAILED`: the function threw, or its process ended
 * - `REFUSED`: the function, or the client itself, refused the request as wrong; nothing was done
 * - `BAD_ANSWER`: the function answered in another shape than this client knows
 * - `NOT_AVAILABLE`: this client can't do it; the message names what can
 */
export type ClientErrorCode = `TICKOVER_${
  | 'ACCESS_DENIED'
  | 'NOT_FOUND'
  | 'UNKNOWN_SERVICE'
  | 'THROTTLED'
  | 'TIMED_OUT'
  | 'UNREACHABLE'
  | 'FUNCTION_FAILED'
  | 'REFUSED'
  | 'BAD_ANSWER'
  | 'NOT_AVAILABLE'}`;

/** The largest length of a message, in bytes: a foreign function may answer anything. */
const LONGEST_MESSAGE = 2_000;

/** The error of a request of the client. Its message says what happened, what follows, and what to do. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** The service or the stack that was asked. */
  readonly subject: string;

  constructor(code: ClientErrorCode, subject: string, what: string, cause?: unknown) {
    super(
      cut(escaped(mask(`${subject}: ${what}`)), LONGEST_MESSAGE),
      cause === undefined ? {} : { cause: toSafeCause(cause) },
    );
    this.code = code;
    this.subject = subject;
  }
}

/** Whether the value is an error of a client, of this copy of the package or of another. */
export function isClientError(value: unknown): value is ClientError {
  return readProperty(value, 'name') === 'ClientError' && String(readProperty(value, 'code')).startsWith('TICKOVER_');
}
