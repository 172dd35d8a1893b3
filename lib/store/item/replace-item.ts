/** Replaces an item as a whole, for a repair or a migration. Ticks use other writes with conditions of their own. */
import { type ItemAccess, updateItem } from '../item-access.ts';
import { type Aliases, aliases, assignments } from './expression.ts';
import { readItem, versionOf } from './state-item.ts';
import { ATTRIBUTES, type Item } from './validate-item.ts';
import { migrated, VERSION } from './version.ts';

/**
 * Writes `values`, and removes attributes whose value is undefined, on the condition that every attribute that this
 * code knows is still as in `item`.
 * @returns whether the item was written
 */
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
  // The embedded database can't compare lists and maps. Either is damage here, so it is enough to check that the type
  // is still the same.
  if (Array.isArray(value)) return `attribute_type(${name}, ${alias.value('L')})`;
  if (isMap(value)) return `attribute_type(${name}, ${alias.value('M')})`;
  return `${name} = ${alias.value(value)}`;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The values of `to` that differ from those of `from`; undefined for attributes that `to` lacks. */
function differences(from: Item, to: Item): Item {
  const attributes = new Set([...Object.keys(from), ...Object.keys(to)]);
  return Object.fromEntries([...attributes].filter((name) => from[name] !== to[name]).map((name) => [name, to[name]]));
}

/**
 * Migrates a stored item of an older version, unless the item has changed meanwhile. The epoch rises, so that a run of
 * older code that is under way can't commit attributes in the old form.
 * @throws UnreadableStateError if the item is damaged or of a newer version
 */
export async function migrateItem(items: ItemAccess, service: string, item: Item | undefined): Promise<void> {
  if (item === undefined || versionOf(service, item) === VERSION) return;
  const { epoch } = readItem(service, item);
  await replaceItem(items, service, item, differences(item, { ...migrated(item), epoch: epoch + 1 }));
}
