import { cut, escaped, mask, TickoverError, toSafeCause } from '../text/index.ts';

/** The name of the operation that takes the lease, as the message of a StoreError contains it. */
export const TAKING_LEASE = 'taking the lease';

/** A StoreError's message repeats at most this many bytes of the message of its `cause`. */
const CAUSE_BYTES = 1_000;

/**
 * The error of a request that DynamoDB did not answer, or refused for a reason other than the stored state. The message
 * contains the message of `cause`, cut and with credentials masked.
 */
export class StoreError extends TickoverError {
  override readonly name = 'StoreError';
  readonly code = 'store-failed';
  readonly service: string;
  readonly operation: string;

  constructor(service: string, operation: string, consequence: string, cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${service}: ${operation} failed (${cut(escaped(mask(what)), CAUSE_BYTES)}); ${consequence}`, {
      cause: toSafeCause(cause),
    });
    this.service = service;
    this.operation = operation;
  }
}

/**
 * Whether an error is a StoreError of a tick that could not take its lease. Only name and message are compared, since
 * Lambda reports no more of an error.
 */
export function tookNoLease({ name, message }: Pick<Error, 'name' | 'message'>): boolean {
  return name === 'StoreError' && message.includes(`: ${TAKING_LEASE} failed (`);
}
