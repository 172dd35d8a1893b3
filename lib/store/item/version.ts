/**
 * The version of the stored state. A change raises the version only if older code would read the changed state wrongly.
 * Older code refuses an item of a newer version. Newer code must convert an older item while no run is under way, and
 * raise its epoch.
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
