/** The error of the client. */
import { cut, escaped, mask, readProperty, TickoverError, toSafeCause } from '../text/index.ts';

/**
 * Why a request of the client was not answered.
 * - `access-denied`: AWS refused the caller, or has no credentials of it
 * - `not-found`: there is no such function, stack or table
 * - `unknown-service`: there is no service of this name
 * - `throttled`: AWS refused the request since there were too many; nothing was done
 * - `timed-out`: no answer in time; whether something was done isn't known
 * - `unreachable`: the endpoint didn't answer
 * - `function-failed`: the function threw, or its process ended
 * - `refused`: the function, or the client itself, refused the request as wrong; nothing was done
 * - `bad-answer`: the function answered in another shape than this client knows
 * - `not-available`: this client can't do it; the message names what can
 */
export type ClientErrorCode = (typeof CODES)[number];

const CODES = [
  ...(['access-denied', 'not-found', 'unknown-service', 'throttled', 'timed-out', 'unreachable'] as const),
  ...(['function-failed', 'refused', 'bad-answer', 'not-available'] as const),
] as const;

/** The largest length of a message, in bytes: a foreign function may answer anything. */
const LONGEST_MESSAGE = 2_000;

/** The error of a request of the client. Its message says what happened, what follows, and what to do. */
export class ClientError extends TickoverError {
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
  const codes: readonly unknown[] = CODES;
  return readProperty(value, 'name') === 'ClientError' && codes.includes(readProperty(value, 'code'));
}
