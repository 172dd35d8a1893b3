/** Expressions with every name and value aliased, so that no reserved word and no special character can break them. */

/** Collects the aliases of an expression. */
export interface Aliases {
  /** The alias of an attribute's name. */
  name(attribute: string): string;
  /** The alias of a value. */
  value(value: unknown): string;
  /** The names and values of a request; without any value the latter is absent, since DynamoDB refuses an empty one. */
  collected(): {
    readonly ExpressionAttributeNames: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, unknown>;
  };
}

/** A new collection of aliases. */
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
