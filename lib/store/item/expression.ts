/** Expressions with every name and value aliased, so that no reserved word and no stray character can bite. */

/** What an update or a condition is sent with. */
export interface Aliased {
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** Collects aliases while an expression is written. */
export interface Aliases {
  /** The alias of an attribute's name. */
  name(attribute: string): string;
  /** The alias of a value. */
  value(value: unknown): string;
  /** What was collected; DynamoDB refuses an empty set of values, so there is none then. */
  collected(): Aliased;
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
 * `SET ... REMOVE ...` for attributes and their values, an undefined one being removed, and for assignments written out already.
 * Never NULL, never ADD.
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
