/**
 * The version of the stored state. It rises only for a change that code of the version before would read wrongly: older
 * code then refuses the item, and newer code migrates an older item when no run is under way.
 */
import { MIGRATIONS } from './migrations.ts';
import type { Fault, Item } from './validate-item.ts';

/** The version that this code writes. */
export const VERSION = 1 + MIGRATIONS.length;

/** The fault of a version that can't be read. A newer version is no fault. */
export function versionFault({ v }: Item): Fault | undefined {
  const isWhole = typeof v === 'number' && Number.isSafeInteger(v);
  if (isWhole && v >= 1) return undefined;
  return { attribute: 'v', expected: isWhole || v === undefined ? 'a version from 1' : 'a whole number' };
}

/** An item of an older version, migrated to today's version. */
export function migrated(item: Item): Item {
  return MIGRATIONS.slice(Number(item['v']) - 1).reduce(
    (older, migrate) => ({ ...migrate(older), v: Number(older['v']) + 1 }),
    item,
  );
}
