/** Reads any value without throwing. A workload may throw an object whose getters or proxy throw when they are read. */

/** Whether the value is an error, also one of another realm (a JavaScript context with its own globals). */
export function isError(value: unknown): value is object {
  return tryRead(() => value instanceof Error || isForeignError(value)) ?? false;
}

/** An error of another realm, as `node:vm` makes it, is no instance of this realm's `Error`. */
function isForeignError(value: unknown): boolean {
  return FOREIGN.has(Object.prototype.toString.call(value));
}

const FOREIGN = new Set(['[object Error]', '[object DOMException]']);

/** Reads one property of any value; `undefined` if reading throws. */
export function readProperty(value: unknown, property: string): unknown {
  return tryRead(() => (value as Record<string, unknown> | null | undefined)?.[property]);
}

/**
 * The errors inside an AggregateError, at most `most`, or the two errors of a SuppressedError; `undefined` for any
 * other value. Each error is read only when the iteration reaches it.
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
 * Whether the error is a SuppressedError, which `using` throws if a disposal fails after its scope failed. Some
 * versions of Node have no class for it, so its name is compared.
 */
export function isSuppressed(error: object): boolean {
  return readProperty(error, 'name') === 'SuppressedError' && tryRead(() => 'suppressed' in error) === true;
}

/** Calls `read` and returns its result; `undefined` if it throws. */
export function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether the value is an object, but no array and not `null`. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
