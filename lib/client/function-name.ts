/** The names of deployed functions, as far as they follow from the name of the stack. */
import { createHash } from 'node:crypto';

/** The most characters that Lambda allows in the name of a function. */
const LONGEST_NAME = 64;
const HASH_LENGTH = 8;

/**
 * Returns the name of a function of a stack, from its logical id in that stack. A name that would be too long is cut,
 * and ends on a hash of the whole.
 */
export function functionNameOf(stack: string, part: string): string {
  const whole = `${stack}-${part}`;
  if (whole.length <= LONGEST_NAME) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH);
  return `${whole.slice(0, LONGEST_NAME - HASH_LENGTH - 1)}-${hash}`;
}

/** Returns the name of the watchdog's function of a stack. No logical id contains a dash, so no other has this name. */
export function watchdogFunctionName(stack: string): string {
  return functionNameOf(stack, 'watch-services');
}
