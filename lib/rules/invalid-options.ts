import { escaped, hasCode, TickoverError } from '../text/index.ts';

/**
 * Thrown by `defineService` and other functions of Tickover for options or environment variables that can't be used.
 * The message names every fault.
 */
export class InvalidOptionsError extends TickoverError {
  override readonly name = 'InvalidOptionsError';
  readonly code = 'invalid-options';
  /** The faults, each as `option: expected ..., got ...`. */
  readonly faults: readonly string[];

  constructor(subject: string, faults: readonly string[]) {
    super(escaped(`${subject}: ${faults.join('; ')}`));
    this.faults = faults.map(escaped);
  }
}

/** Whether the value is an InvalidOptionsError. */
export function isInvalidOptions(value: unknown): value is InvalidOptionsError {
  return hasCode(value, 'invalid-options');
}
