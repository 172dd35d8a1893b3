import { FIELD_NAME_BYTES, LEFT_OUT, MASK, MOST_LEVELS } from './bounds.ts';
import { containsKnown, known } from './known/known-values.ts';
import { cut, mask } from './mask.ts';
import { isError, readProperty, tryRead } from './safe-read.ts';
import { fieldJudge, isHidden, type SecretName, secretElement } from './secret-members.ts';

export interface JsonOptions {
  /** The largest size of the result, in bytes of UTF-8. */
  readonly most: number;
  /** Converts an error inside the value to JSON, with credentials masked. */
  readonly error: (error: object) => unknown;
  /** Whether a value that is too large is cut instead of being replaced by a few words. @default false */
  readonly inPart?: boolean;
}

/**
 * A word of at most 16 characters is too short for a credential, so it is not searched for one, unless the process has
 * fetched secrets: they may be short.
 */
const SHORT_WORD = /^\w{1,16}$/;

/**
 * Returns what `JSON.parse(JSON.stringify(value))` would return, with credentials masked; `undefined` for a value that
 * JSON doesn't have. A few words replace an object that throws, contains itself, or is too large. Never throws, and
 * reads no more of the value than `options.most` bytes.
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
  /** How many bytes the result may still grow. Below 0 nothing more is read. */
  left: number;
  /** The objects and lists around the value that is read now. One of them inside itself would never end. */
  readonly within: object[];
}

/**
 * Converts one value, and all values inside it.
 * @param key the name of the field, or the index of the element, that contains the value
 * @param secret the name of a credential because of which the value is masked; `undefined` if there is none
 */
function jsonOf(walk: Walk, key: string, value: unknown, secret: Secret): unknown {
  if (walk.left < 0) return undefined;
  const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  if (isValue && secret !== undefined && isHidden(secret, String(value))) return spend(walk, MASK);
  if (isValue && known.longest > 0 && typeof value !== 'string' && containsKnown(String(value)))
    return spend(walk, MASK);
  if (typeof value === 'string') return spend(walk, textOf(walk, value));
  if (typeof value === 'bigint') return spend(walk, String(value));
  // JSON has no -0, which becomes 0, and no NaN or infinity, which become `null`.
  if (typeof value === 'number') return spend(walk, Number.isFinite(value) ? value + 0 : null);
  if (typeof value === 'boolean' || value === null) return spend(walk, value);
  if (typeof value !== 'object') return undefined;
  return isError(value) ? spend(walk, walk.error(value)) : objectOf(walk, key, value, secret);
}

function spend<Json>(walk: Walk, json: Json): Json {
  walk.left -= jsonBytes(json) + 1;
  return json;
}

function textOf(walk: Walk, text: string): string {
  if (SHORT_WORD.test(text) && known.longest === 0) return text;
  if (text.length <= walk.left || walk.inPart === true) return mask(text, walk.left);
  walk.left = -1;
  return '';
}

function objectOf(walk: Walk, key: string, value: object, secret: Secret): unknown {
  if (walk.within.includes(value)) return spend(walk, LEFT_OUT.circle);
  if (walk.within.length >= MOST_LEVELS) return spend(walk, LEFT_OUT.tooDeep);
  walk.within.push(value);
  // A typed array may be as large as the memory, and its bytes are of no use in a log. Only its size is shown.
  const bytes = tryRead(() => (ArrayBuffer.isView(value) ? value.byteLength : undefined));
  const json = bytes === undefined ? ownForm(walk, key, value, secret) : spend(walk, LEFT_OUT.bytes(bytes));
  walk.within.pop();
  return json;
}

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

/** Masks the password after the option `-u` or `--user` in a list of arguments: `['-u', 'ada:password']`. */
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
    // JSON contains only enumerable properties. A property counts as enumerable if the check throws.
    if (tryRead(() => Object.prototype.propertyIsEnumerable.call(value, key)) === false) continue;
    const member = tryRead(() => ({ value: (value as Record<string, unknown>)[key] }));
    const json =
      member === undefined ? spend(walk, LEFT_OUT.unreadable) : jsonOf(walk, key, member.value, secretOf(key));
    if (json !== undefined)
      fields.push([spend(walk, SHORT_WORD.test(key) && known.longest === 0 ? key : longName(key)), json]);
  }
  return Object.fromEntries(fields);
}

function longName(key: string): string {
  return cut(mask(key), FIELD_NAME_BYTES);
}
