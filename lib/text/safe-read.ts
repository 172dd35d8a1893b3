/**
 * Safe read: reading a foreign value without harm from it. Anything can be thrown, also an object whose getters or
 * proxy throw in their turn. A property that throws reads as absent.
 */

/** Whether it is an error, of another realm too. */
export function isError(value: unknown): value is object {
  return tryRead(() => value instanceof Error || isForeignError(value)) ?? false;
}

/** An error made in another realm, as `node:vm` and some test runners have them, is no instance of this one's Error. */
function isForeignError(value: unknown): boolean {
  return FOREIGN.has(Object.prototype.toString.call(value));
}

const FOREIGN = new Set(['[object Error]', '[object DOMException]']);

/** One property of any value; `undefined` where reading it throws. */
export function readProperty(value: unknown, property: string): unknown {
  return tryRead(() => (value as Record<string, unknown> | null | undefined)?.[property]);
}

/**
 * The members of an AggregateError, at most `most` of them, each read when the iteration reaches it; `undefined` for
 * anything else. A member that throws when it is read is `undefined`.
 */
export function membersOf(error: unknown, most: number): Iterable<unknown> | undefined {
  if (!isError(error) || !isAggregate(error)) return undefined;
  const errors = readProperty(error, 'errors');
  return tryRead(() => Array.isArray(errors)) === true ? each(errors, most) : undefined;
}

function* each(list: unknown, most: number): Generator<unknown> {
  const length = Math.min(Number(readProperty(list, 'length')) || 0, most);
  for (let index = 0; index < length; index += 1) yield readProperty(list, String(index));
}

function isAggregate(error: object): boolean {
  return tryRead(() => error instanceof AggregateError) === true || readProperty(error, 'name') === 'AggregateError';
}

/** The result of `read`, or `undefined` where it throws. */
export function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether it is an object with named properties: no array, no function. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
