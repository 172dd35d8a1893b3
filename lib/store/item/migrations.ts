/**
 * The migrations from each version of the stored state to the next. There has been one version so far.
 *
 * A new version is needed only if today's code would read the changed item wrongly. An attribute that is new and
 * optional needs none. To add a version:
 *   1. Append a migration here; the version that the code writes follows.
 *   2. Change `validate-item.ts` and `state-item.ts`, which know the newest version alone.
 *   3. Add items of the new version to `test/store/samples`. Those of older versions stay: they must be readable for
 *      ever.
 * Deploy all functions that share a service's item together, since older code refuses an item that was migrated.
 */
import type { Item } from './validate-item.ts';

/** Turns an item of one version into one of the next. Pure; keys and unknown attributes stay as they are. */
type Migration = (item: Item) => Item;

/** The first leads from version 1 to 2. */
export const MIGRATIONS: readonly Migration[] = [];
