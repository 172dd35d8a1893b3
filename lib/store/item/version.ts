/**
 * The version of the stored state. It rises only for a change that code of the previous version would read wrongly; a
 * new optional attribute doesn't raise it. Older code refuses an item of a newer version. Newer code must convert an
 * older item while no run is under way, and raise the epoch, so that a commit by older code is refused too.
 */
import type { Fault, Item } from './validate-item.ts';

/** The version that this code writes. So far it is the only one. */
export const VERSION = 1;

/**
 * The fault of an item whose version is missing or no whole number of 1 or more; otherwise `undefined`. A newer version
 * is not a fault.
 */
export function versionFault({ v }: Item): Fault | undefined {
  const isWhole = typeof v === 'number' && Number.isSafeInteger(v);
  if (isWhole && v >= 1) return undefined;
  return { attribute: 'v', expected: isWhole || v === undefined ? 'a version from 1' : 'a whole number' };
}
