import { cut, escaped, mask, toSafeCause } from '../text/index.ts';

/** The step that takes the lease, as an error names it. */
export const TAKING_LEASE = 'taking the lease';

/** How much of the message of the cause is kept, in bytes. */
const CAUSE_BYTES = 1_000;

/**
 * DynamoDB can't be reached, or fails for a reason other than the state. The message contains the message of the cause,
 * cut and with credentials masked.
 */
export class StoreError extends Error {
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
 * Whether an error says that a tick could not take its lease, so that its run never began. Its name and its message are
 * enough: no more of it leaves a handler.
 */
export function tookNoLease({ name, message }: Pick<Error, 'name' | 'message'>): boolean {
  return name === 'StoreError' && message.includes(`: ${TAKING_LEASE} failed (`);
}
