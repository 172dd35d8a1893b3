/**
 * Converts any value to the data that `JSON.parse(JSON.stringify(value))` would return, with credentials masked.
 * Getters, proxies and `toJSON` of the value may throw; a few words replace a value that throws, refers to itself,
 * never ends or is too large.
 */

import { FIELD_NAME_BYTES, LEFT_OUT, MASK, MOST_LEVELS } from './bounds.ts';
import { cut, mask } from './mask.ts';
import { isError, readProperty, tryRead } from './safe-read.ts';
import { fieldJudge, isHidden, type SecretName, secretElement } from './secret-members.ts';

/** The options of {@link toJson}. */
export interface JsonOptions {
  /** The largest size of the returned JSON, in bytes of UTF-8. */
  readonly most: number;
  /** Converts an error inside the value to JSON. The result is used unchanged, so it must contain no credentials. */
  readonly error: (error: object) => unknown;
  /**
   * Whether the beginning of a value that is too large is kept, instead of being replaced by a few words. @default
   * false
   */
  readonly inPart?: boolean;
}

/**
 * Matches a word that is too short for any known format of credentials, so that it is not searched for one. Most names
 * of fields are so short.
 */
const SHORT_WORD = /^\w{1,16}$/;

/**
 * Returns the value as it would be after a conversion to JSON text and back, with credentials masked; `undefined` for a
 * value that JSON doesn't have. Never throws, and reads no more of the value than fits into the bytes that
 * `options.most` allows.
 */
export function toJson(value: unknown, options: JsonOptions): unknown {
  const walk: Walk = { ...options, left: options.most, within: [] };
  const json = jsonOf(walk, '', value, undefined);
  return walk.left < 0 && options.inPart !== true ? LEFT_OUT.tooLarge(options.most) : json;
}

/** The size of a value as JSON text, in bytes of UTF-8. */
export function jsonBytes(json: unknown): number {
  return new TextEncoder().encode(JSON.stringify(json) ?? '').length;
}

type Secret = SecretName | undefined;

interface Walk extends JsonOptions {
  /** How many bytes the JSON may still use. Once this number is below 0, nothing more of the value is read. */
  left: number;
  /** The objects and lists around the value that is being read, from the outermost on. */
  readonly within: object[];
}

/**
 * Converts one value inside the walk.
 * @param key the name of the field or the index of the element that contains the value
 * @param secret the name of a credential that belongs to the value: the name of its field, of an object or a list
 * around it, or the element before it; `undefined` if there is none
 */
function jsonOf(walk: Walk, key: string, value: unknown, secret: Secret): unknown {
  if (walk.left < 0) return undefined;
  const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  if (isValue && secret !== undefined && isHidden(secret, String(value))) return spend(walk, MASK);
  if (typeof value === 'string') return spend(walk, textOf(walk, value));
  if (typeof value === 'bigint') return spend(walk, String(value));
  // JSON has neither -0, which becomes 0 when 0 is added, nor numbers that aren't finite, which become `null`.
  if (typeof value === 'number') return spend(walk, Number.isFinite(value) ? value + 0 : null);
  if (typeof value === 'boolean' || value === null) return spend(walk, value);
  if (typeof value !== 'object') return undefined;
  return isError(value) ? spend(walk, walk.error(value)) : objectOf(walk, key, value, secret);
}

/** Subtracts the size of `json` from `walk.left`, the bytes that the JSON may still use, and returns `json`. */
function spend<Json>(walk: Walk, json: Json): Json {
  walk.left -= jsonBytes(json) + 1;
  return json;
}

/**
 * Returns the text with credentials masked. A text longer than `walk.left` is omitted without being read, or cut if the
 * option `inPart` is set.
 */
function textOf(walk: Walk, text: string): string {
  if (SHORT_WORD.test(text)) return text;
  if (text.length <= walk.left || walk.inPart === true) return mask(text, walk.left);
  walk.left = -1;
  return '';
}

function objectOf(walk: Walk, key: string, value: object, secret: Secret): unknown {
  if (walk.within.includes(value)) return spend(walk, LEFT_OUT.circle);
  if (walk.within.length >= MOST_LEVELS) return spend(walk, LEFT_OUT.tooDeep);
  walk.within.push(value);
  // A typed array may be as large as the memory of the process, and its bytes help no reader. So only its size is
  // shown.
  const bytes = tryRead(() => (ArrayBuffer.isView(value) ? value.byteLength : undefined));
  const json = bytes === undefined ? ownForm(walk, key, value, secret) : spend(walk, LEFT_OUT.bytes(bytes));
  walk.within.pop();
  return json;
}

/**
 * The JSON of what the value's own `toJSON` returns, called as `JSON.stringify` calls it. For a value without that
 * method, the JSON of its members.
 */
function ownForm(walk: Walk, key: string, value: object, secret: Secret): unknown {
  const method = readProperty(value, 'toJSON');
  if (typeof method !== 'function') return membersOf(walk, value, secret);
  const form = tryRead(() => ({ value: method.call(value, key) as unknown }));
  if (form === undefined) return spend(walk, LEFT_OUT.unreadable);
  const isObject = typeof form.value === 'object' && form.value !== null && !isError(form.value);
  return isObject ? membersOf(walk, form.value as object, secret) : jsonOf(walk, key, form.value, secret);
}

function membersOf(walk: Walk, value: object, secret: Secret): unknown {
  walk.left -= 2;
  if (tryRead(() => Array.isArray(value)) === true) return listOf(walk, value, secret);
  const keys = tryRead(() => Reflect.ownKeys(value));
  return keys === undefined ? spend(walk, LEFT_OUT.unreadable) : fieldsOf(walk, value, { keys, secret });
}

function listOf(walk: Walk, value: object, secret: Secret): unknown[] {
  const length = Number(readProperty(value, 'length')) || 0;
  const isNested = tryRead(() => Array.isArray(walk.within.at(-2))) === true;
  const list: unknown[] = [];
  let before: unknown;
  for (let index = 0; index < length && walk.left >= 0; index += 1) {
    const element = readProperty(value, String(index));
    const named = secretElement(element, { index, length, before, isNested }, secret);
    const json = jsonOf(walk, String(index), afterOption(before, element), named);
    list.push(json === undefined ? spend(walk, null) : json);
    before = element;
  }
  return list;
}

/**
 * The element of a list of arguments. If the element before it is the option `-u` or `--user`, as in `['-u',
 * 'ada:password']`, the password after the colon is masked.
 */
function afterOption(before: unknown, element: unknown): unknown {
  if (typeof element !== 'string' || (before !== '-u' && before !== '--user')) return element;
  return element.replace(/^([^\s:]{1,100}:).*$/s, `$1${MASK}`);
}

interface Fields {
  readonly keys: readonly PropertyKey[];
  readonly secret: Secret;
}

function fieldsOf(walk: Walk, value: object, { keys, secret }: Fields): Record<string, unknown> {
  const fields: [string, unknown][] = [];
  const names = keys.filter((key) => typeof key === 'string');
  const secretOf = fieldJudge(names, (name) => readProperty(value, name), secret);
  for (const key of keys) {
    if (walk.left < 0) break;
    walk.left -= 1;
    if (typeof key !== 'string') continue;
    // JSON contains the enumerable properties. If the check itself throws, the property counts as enumerable.
    if (tryRead(() => Object.prototype.propertyIsEnumerable.call(value, key)) === false) continue;
    const member = tryRead(() => ({ value: (value as Record<string, unknown>)[key] }));
    const json =
      member === undefined ? spend(walk, LEFT_OUT.unreadable) : jsonOf(walk, key, member.value, secretOf(key));
    if (json !== undefined) fields.push([spend(walk, SHORT_WORD.test(key) ? key : longName(key)), json]);
  }
  return Object.fromEntries(fields);
}

function longName(key: string): string {
  return cut(mask(key), FIELD_NAME_BYTES);
}
