/** Changing an item as a whole: a repair, or the move to another version. Not for ticks, whose writes hold under their own conditions. */

import { type ItemAccess, updateItem } from '../item-access.ts';
import { type Aliases, aliases, assignments } from './expression.ts';
import { readItem, versionOf } from './state-item.ts';
import { ATTRIBUTES, type Item } from './validate-item.ts';
import { migrated, VERSION } from './version.ts';

/** Writes the values, removing what is undefined, if every attribute that this code knows still stands as in the item. Gives whether it did. */
export async function replaceItem(items: ItemAccess, service: string, item: Item, values: Item): Promise<boolean> {
  const alias = aliases();
  const known = ['v', ...Object.keys(ATTRIBUTES)].map((attribute) => stillIs(alias, attribute, item[attribute]));
  const written = await updateItem(items, service, {
    UpdateExpression: assignments(alias, values),
    ConditionExpression: [`attribute_exists(${alias.name('pk')})`, ...known].join(' AND '),
    ...alias.collected(),
  });
  return written.ok;
}

function stillIs(alias: Aliases, attribute: string, value: unknown): string {
  const name = alias.name(attribute);
  if (value === undefined) return `attribute_not_exists(${name})`;
  // The embedded database compares no lists and maps. They are damage wherever they stand: that they still do is enough.
  if (Array.isArray(value)) return `attribute_type(${name}, ${alias.value('L')})`;
  if (isMap(value)) return `attribute_type(${name}, ${alias.value('M')})`;
  return `${name} = ${alias.value(value)}`;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The values that one item has and the other hasn't; `undefined` for those that it lacks. */
export function differences(from: Item, to: Item): Item {
  const attributes = new Set([...Object.keys(from), ...Object.keys(to)]);
  return Object.fromEntries([...attributes].filter((name) => from[name] !== to[name]).map((name) => [name, to[name]]));
}

/**
 * Brings an item of an older version to today's, unless somebody else was faster. The epoch rises: a run of older code that is under
 * way all the same can't commit into attributes that it doesn't know.
 * @throws UnreadableStateError if the item is damaged or of a newer version
 */
export async function migrateItem(items: ItemAccess, service: string, item: Item | undefined): Promise<void> {
  if (item === undefined || versionOf(service, item) === VERSION) return;
  const { epoch } = readItem(service, item);
  await replaceItem(items, service, item, differences(item, { ...migrated(item), epoch: epoch + 1 }));
}
