/**
 * The migrations from each version of the stored state to the next. There has been one version so far.
 *
 * A new version is needed only if today's code would read the changed item wrongly. A new optional attribute needs
 * none. To add a version:
 *   1. Append a migration here; `VERSION` follows from the length of the list.
 *   2. Change `validate-item.ts` and `state-item.ts`, which know only the newest version.
 *   3. Add items of the new version to `test/store/samples`. Keep the items of older versions: they must be readable
 *      for ever.
 * Deploy all functions that share a service's item together, since older code refuses a migrated item.
 */
import type { Item } from './validate-item.ts';

/** Turns an item of one version into an item of the next. Pure; keeps keys and unknown attributes. */
type Migration = (item: Item) => Item;

/** The first migration leads from version 1 to version 2. */
export const MIGRATIONS: readonly Migration[] = [];
