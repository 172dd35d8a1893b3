/**
 * Reads foreign values safely. A workload can throw anything, even an object whose getters or proxy throw when they are
 * read. A property that throws when it is read counts as absent.
 */

/** Whether the value is an error, even one made in another realm (a JavaScript context with globals of its own). */
export function isError(value: unknown): value is object {
  return tryRead(() => value instanceof Error || isForeignError(value)) ?? false;
}

/**
 * Whether the value is an error made in another realm, as `node:vm` and some test runners make them. Such an error is
 * no instance of this realm's `Error`.
 */
function isForeignError(value: unknown): boolean {
  return FOREIGN.has(Object.prototype.toString.call(value));
}

const FOREIGN = new Set(['[object Error]', '[object DOMException]']);

/** Reads one property of any value; returns `undefined` if reading it throws. */
export function readProperty(value: unknown, property: string): unknown {
  return tryRead(() => (value as Record<string, unknown> | null | undefined)?.[property]);
}

/**
 * The errors inside an AggregateError, at most `most` of them, or the two errors inside a SuppressedError, the later
 * one first; `undefined` for any other value. Each of the `errors` of an AggregateError is read only when the iteration
 * reaches it. An error whose reading throws becomes `undefined`.
 */
export function membersOf(error: unknown, most: number): Iterable<unknown> | undefined {
  if (!isError(error)) return undefined;
  if (isSuppressed(error)) return ['error', 'suppressed'].slice(0, most).map((each) => readProperty(error, each));
  if (!isAggregate(error)) return undefined;
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

/**
 * Whether the error is a SuppressedError: `using` throws one if a disposal fails after the code of its scope has
 * failed. The error is judged by its name, as this version of Node may have no class for it.
 */
export function isSuppressed(error: object): boolean {
  return readProperty(error, 'name') === 'SuppressedError' && tryRead(() => 'suppressed' in error) === true;
}

/** Calls `read` and returns its result, or `undefined` if it throws. */
export function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether the value is an object with named properties: neither `null` nor an array nor a function. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
