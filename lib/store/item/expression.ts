/**
 * DynamoDB expressions in which an alias (`#fence`, `:0`) stands for every name and value, so that reserved words and
 * special characters can't break them.
 */

/**
 * The names and values in the expressions of one request. `name` and `value` add one, and return the alias that stands
 * for it.
 */
export interface Aliases {
  name(attribute: string): string;
  value(value: unknown): string;
  /**
   * All names and values that were added, as fields of a request. Without values, `ExpressionAttributeValues` is
   * absent, since DynamoDB refuses an empty map.
   */
  collected(): {
    readonly ExpressionAttributeNames: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, unknown>;
  };
}

export function aliases(): Aliases {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  return {
    name(attribute) {
      names[`#${attribute}`] = attribute;
      return `#${attribute}`;
    },
    value(value) {
      const alias = `:${Object.keys(values).length}`;
      values[alias] = value;
      return alias;
    },
    collected: () => ({
      ExpressionAttributeNames: names,
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    }),
  };
}

/**
 * An UpdateExpression `SET ... REMOVE ...`. It sets attributes to their values, and removes attributes whose value is
 * undefined.
 * @param written more assignments for SET, such as `#fence = #fence + :1`
 */
export function assignments(
  alias: Aliases,
  attributes: Readonly<Record<string, unknown>>,
  written: readonly string[] = [],
): string {
  const entries = Object.entries(attributes);
  const set = entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${alias.name(name)} = ${alias.value(value)}`);
  const remove = entries.filter(([, value]) => value === undefined).map(([name]) => alias.name(name));
  const clause = (verb: string, parts: readonly string[]) =>
    parts.length === 0 ? [] : [`${verb} ${parts.join(', ')}`];
  return [...clause('SET', [...written, ...set]), ...clause('REMOVE', remove)].join(' ');
}
