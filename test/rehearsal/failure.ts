/** What a rehearsal ends with when something doesn't hold. */

/** Something does not hold; the message says what, in a line. */
export class RehearsalError extends Error {
  override readonly name = 'RehearsalError';
  readonly code = 'rehearsal-failed';
}

/** Ends the rehearsal with every fault found, or lets it go on if there is none. */
export function refuse(what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new RehearsalError(`${what}: ${faults.join('; ')}`);
}
