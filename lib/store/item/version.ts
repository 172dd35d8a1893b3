/**
 * The version of the stored state. It rises only for a change that code of the version before would read wrongly: then that code
 * refuses the item, and this code takes an older one over when nobody runs on it.
 */
import { MIGRATIONS } from './migrations.ts';
import type { Item } from './validate-item.ts';

/** Today's version. */
export const VERSION = 1 + MIGRATIONS.length;

/** An item of an older version as today's would have it. */
export function migrated(item: Item): Item {
  return MIGRATIONS.slice(Number(item['v']) - 1).reduce(
    (older, migrate) => ({ ...migrate(older), v: Number(older['v']) + 1 }),
    item,
  );
}
