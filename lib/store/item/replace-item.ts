import { type ItemAccess, updateItem } from '../item-access.ts';
import { type Aliases, aliases, assignments } from './expression.ts';
import { ATTRIBUTES, type Item } from './validate-item.ts';

/**
 * Replaces a state item: writes `values`, and removes attributes whose value is undefined. The condition is that every
 * attribute in ATTRIBUTES, and the version, still has the value that it has in `item`.
 * @returns whether the item was written; false if an attribute has changed
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
  // Of a list or a map only the type is compared, since the embedded DynamoDB can't compare the values. In a state item
  // a list or a map is always damage.
  if (Array.isArray(value)) return `attribute_type(${name}, ${alias.value('L')})`;
  if (isMap(value)) return `attribute_type(${name}, ${alias.value('M')})`;
  return `${name} = ${alias.value(value)}`;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
