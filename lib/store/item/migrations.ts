/** The ways from each version of the stored state to the next. */
import type { Item } from './validate-item.ts';

/** Turns an item of one version into one of the next. Pure; the key and what it doesn't know stay as they are. */
export type Migration = (item: Item) => Item;

/** The first leads from version 1 to 2. There has been one version so far. */
export const MIGRATIONS: readonly Migration[] = [];
