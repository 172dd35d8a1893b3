/**
 * The version of the stored state. It rises only for a change that older code would read wrongly, which a new optional
 * attribute is not. Code refuses an item of a newer version.
 */
import type { Fault, Item } from './validate-item.ts';

/** The version of the state that this code writes. */
export const VERSION = 1;

/** The fault of an item whose version is missing or no whole number of 1 or more; otherwise `undefined`. */
export function versionFault({ v }: Item): Fault | undefined {
  const isWhole = typeof v === 'number' && Number.isSafeInteger(v);
  if (isWhole && v >= 1) return undefined;
  return { attribute: 'v', expected: isWhole || v === undefined ? 'a version from 1' : 'a whole number' };
}
