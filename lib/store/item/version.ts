/**
 * The version of the stored state. It rises only for a change that code of the version before would read wrongly; a new
 * optional attribute needs none. Older code refuses the item of a newer version. Newer code must turn an older item
 * into its own when no run is under way, and raise the epoch: a commit of older code is then refused too.
 */
import type { Fault, Item } from './validate-item.ts';

/** The version that this code writes, and the only one so far. */
export const VERSION = 1;

/** The fault of a version that can't be read. A newer version is no fault. */
export function versionFault({ v }: Item): Fault | undefined {
  const isWhole = typeof v === 'number' && Number.isSafeInteger(v);
  if (isWhole && v >= 1) return undefined;
  return { attribute: 'v', expected: isWhole || v === undefined ? 'a version from 1' : 'a whole number' };
}
