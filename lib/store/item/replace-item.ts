/** Replaces an item as a whole, for a repair. Ticks use other writes with conditions of their own. */
import { type ItemAccess, updateItem } from '../item-access.ts';
import { type Aliases, aliases, assignments } from './expression.ts';
import { ATTRIBUTES, type Item } from './validate-item.ts';

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
