/**
 * Looking at what was thrown without being harmed by it: anything can be thrown, getters and proxies that throw in their turn
 * included. What can't be looked at reads as absent.
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

/** A property of whatever was thrown. */
export function readProperty(value: unknown, property: string): unknown {
  return tryRead(() => (value as Record<string, unknown> | null | undefined)?.[property]);
}

/**
 * The members of an AggregateError, at most `most` of them, each read when it is asked for; `undefined` of anything else. A member
 * that can't be looked at is `undefined`.
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

/** What `shown` gives, or `undefined` where looking throws. */
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
