/**
 * Expressions in which every name and value has an alias, so that reserved words and special characters can't break
 * them.
 */

/** Collects the aliases of an expression. */
export interface Aliases {
  /** The alias of the name of an attribute. */
  name(attribute: string): string;
  /** The alias of a value. */
  value(value: unknown): string;
  /**
   * The names and values of a request. Without any value `ExpressionAttributeValues` is absent, since DynamoDB refuses
   * an empty one.
   */
  collected(): {
    readonly ExpressionAttributeNames: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, unknown>;
  };
}

/** A new, empty collection of aliases. */
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
 * `SET ... REMOVE ...`: sets attributes to their values and removes those that are undefined. Never NULL, never ADD.
 * @param written assignments that are already expressions
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
