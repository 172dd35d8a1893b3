import { cut, mask, toSafeCause } from '../text/index.ts';

/** The longest part of the cause's message that is kept. */
const CAUSE_BYTES = 1_000;

/**
 * DynamoDB can't be reached, or fails for a reason other than the state. The message contains that of the cause, cut
 * and with credentials masked.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code = 'store-failed';
  readonly service: string;
  readonly operation: string;

  constructor(service: string, operation: string, consequence: string, cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${service}: ${operation} failed (${cut(mask(what), CAUSE_BYTES)}); ${consequence}`, {
      cause: toSafeCause(cause),
    });
    this.service = service;
    this.operation = operation;
  }
}
