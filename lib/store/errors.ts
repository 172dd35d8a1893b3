import { cut, mask } from '../text/index.ts';

/** How much of the cause's message is told. */
const CAUSE_BYTES = 1_000;

/** The store can't be reached, or refuses for a reason that is not the state's. The message tells its cause, bounded, credentials masked. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code = 'store-failed';
  readonly service: string;
  readonly operation: string;

  constructor(service: string, operation: string, consequence: string, cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${service}: ${operation} failed (${cut(mask(what), CAUSE_BYTES)}); ${consequence}`, { cause });
    this.service = service;
    this.operation = operation;
  }
}
