/** The store can't be reached, or refuses for a reason that is not the state's. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code = 'store-failed';
  readonly service: string;
  readonly operation: string;

  constructor(service: string, operation: string, consequence: string, cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${service}: ${operation} failed (${what}); ${consequence}`, { cause });
    this.service = service;
    this.operation = operation;
  }
}
