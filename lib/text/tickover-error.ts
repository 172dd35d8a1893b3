/**
 * The brand of Tickover's own errors. A process can contain two copies of Tickover, for example in a monorepo, and each
 * copy has classes of its own. So an error is recognised by this brand and by its `code`, never with `instanceof`.
 */
import { isError, readProperty, tryRead } from './safe-read.ts';

/** The symbol that marks an error of Tickover. It is the same in all copies, and in all realms of a process. */
export const ERROR_BRAND = Symbol.for('tickover.error');

/** The class from which Tickover's errors are derived. Each of them has a string `code`. */
export class TickoverError extends Error {
  /** @internal The brand isn't part of the type: the types of two copies must fit each other. */
  get [ERROR_BRAND](): true {
    return true;
  }
}

/** Whether the value is an error of Tickover, of this copy or of another one in the process. */
export function isTickoverError(value: unknown): value is Error & { readonly code: string } {
  return isError(value) && tryRead(() => (value as { [ERROR_BRAND]?: unknown })[ERROR_BRAND]) === true;
}

/** Whether the value is an error of Tickover with one of these codes, such as `'lease-lost'` or `'http-status'`. */
export function hasCode<Code extends string>(
  value: unknown,
  ...codes: readonly Code[]
): value is Error & { readonly code: Code } {
  return isTickoverError(value) && codes.some((code) => code === readProperty(value, 'code'));
}
