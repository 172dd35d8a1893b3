/**
 * Looking at what was thrown without being harmed by it: anything can be thrown, getters and proxies that throw in their turn
 * included. What can't be looked at reads as absent.
 */

/** Whether it is an error. */
export function isError(value: unknown): value is object {
  return look(() => value instanceof Error) ?? false;
}

/** A property of whatever was thrown. */
export function read(value: unknown, property: string): unknown {
  return look(() => (value as Record<string, unknown> | null | undefined)?.[property]);
}

/** The members of an AggregateError, at most `most` of them; `undefined` of anything else. */
export function membersOf(error: unknown, most: number): readonly unknown[] | undefined {
  return look(() => {
    const { name, errors } = error as { name?: unknown; errors?: unknown };
    const aggregate = error instanceof AggregateError || (error instanceof Error && name === 'AggregateError');
    return aggregate && Array.isArray(errors) ? errors.slice(0, most) : undefined;
  });
}

/** What `shown` gives, or `undefined` where looking throws. */
export function look<Value>(shown: () => Value): Value | undefined {
  try {
    return shown();
  } catch {
    return undefined;
  }
}
