/**
 * Any value as JSON would bring it back, without harm from the value. Getters, proxies and `toJSON` may throw; a few
 * words stand in the place of a value that throws, refers to itself, never ends or is too large.
 */

import { FIELD_NAME_BYTES, LEFT_OUT, MASK, MOST_LEVELS } from './bounds.ts';
import { isSecretName } from './credentials.ts';
import { cut, mask } from './mask.ts';
import { isError, readProperty, tryRead } from './safe-read.ts';

/** How a value becomes JSON. */
export interface JsonOptions {
  /** The most bytes of JSON in UTF-8. */
  readonly most: number;
  /** Gives the JSON of an error, which must be safe. */
  readonly error: (error: object) => unknown;
  /** Whether the beginning of a value that is too large is better than a few words in its place. @default false */
  readonly inPart?: boolean;
}

/** Shorter than any credential that is known by its form: most names of fields. */
const SHORT_WORD = /^\w{1,16}$/;

/**
 * The value as JSON would bring it back, credentials masked; `undefined` where JSON has no word for it. Never throws,
 * and reads no more than there is room for.
 */
export function toJson(value: unknown, options: JsonOptions): unknown {
  const walk: Walk = { ...options, left: options.most, within: [] };
  const json = jsonOf(walk, '', value, false);
  return walk.left < 0 && options.inPart !== true ? LEFT_OUT.tooLarge(options.most) : json;
}

/** The bytes that the value takes as JSON. */
export function jsonBytes(json: unknown): number {
  return new TextEncoder().encode(JSON.stringify(json) ?? '').length;
}

interface Walk extends JsonOptions {
  /** Room left, in bytes; below 0 nothing more is read. */
  left: number;
  /** The objects that the walk is inside of. */
  readonly within: object[];
}

/** @param secret whether a name on the way says that the value is a credential */
function jsonOf(walk: Walk, key: string, value: unknown, secret: boolean): unknown {
  if (walk.left < 0) return undefined;
  if (typeof value === 'string') return spend(walk, secret && value !== '' ? MASK : textOf(walk, value));
  if (typeof value === 'bigint') return spend(walk, String(value));
  // JSON has no -0: added to 0, it is 0.
  if (typeof value === 'number') return spend(walk, Number.isFinite(value) ? value + 0 : null);
  if (typeof value === 'boolean' || value === null) return spend(walk, value);
  if (typeof value !== 'object') return undefined;
  return isError(value) ? spend(walk, walk.error(value)) : objectOf(walk, key, value, secret);
}

/** Counts the JSON against the room. */
function spend<Json>(walk: Walk, json: Json): Json {
  walk.left -= jsonBytes(json) + 1;
  return json;
}

/** A text longer than the room is left out, so it isn't read either. */
function textOf(walk: Walk, text: string): string {
  if (SHORT_WORD.test(text)) return text;
  if (text.length <= walk.left || walk.inPart === true) return mask(text, walk.left);
  walk.left = -1;
  return '';
}

function objectOf(walk: Walk, key: string, value: object, secret: boolean): unknown {
  if (walk.within.includes(value)) return spend(walk, LEFT_OUT.circle);
  if (walk.within.length >= MOST_LEVELS) return spend(walk, LEFT_OUT.tooDeep);
  walk.within.push(value);
  // A typed array may be as large as memory, and its bytes help no reader.
  const bytes = tryRead(() => (ArrayBuffer.isView(value) ? value.byteLength : undefined));
  const json = bytes === undefined ? ownForm(walk, key, value, secret) : spend(walk, LEFT_OUT.bytes(bytes));
  walk.within.pop();
  return json;
}

/** The result of the value's own `toJSON`, called as JSON calls it, or its members. */
function ownForm(walk: Walk, key: string, value: object, secret: boolean): unknown {
  const method = readProperty(value, 'toJSON');
  if (typeof method !== 'function') return membersOf(walk, value, secret);
  const form = tryRead(() => ({ value: method.call(value, key) as unknown }));
  if (form === undefined) return spend(walk, LEFT_OUT.unreadable);
  const isObject = typeof form.value === 'object' && form.value !== null && !isError(form.value);
  return isObject ? membersOf(walk, form.value as object, secret) : jsonOf(walk, key, form.value, secret);
}

function membersOf(walk: Walk, value: object, secret: boolean): unknown {
  walk.left -= 2;
  if (tryRead(() => Array.isArray(value)) === true) return listOf(walk, value, secret);
  const keys = tryRead(() => Reflect.ownKeys(value));
  return keys === undefined ? spend(walk, LEFT_OUT.unreadable) : fieldsOf(walk, value, { keys, secret });
}

function listOf(walk: Walk, value: object, secret: boolean): unknown[] {
  const length = Number(readProperty(value, 'length')) || 0;
  const list: unknown[] = [];
  for (let index = 0; index < length && walk.left >= 0; index += 1) {
    const json = jsonOf(walk, String(index), readProperty(value, String(index)), secret);
    list.push(json === undefined ? spend(walk, null) : json);
  }
  return list;
}

interface Fields {
  readonly keys: readonly PropertyKey[];
  readonly secret: boolean;
}

function fieldsOf(walk: Walk, value: object, { keys, secret }: Fields): Record<string, unknown> {
  const fields: [string, unknown][] = [];
  for (const key of keys) {
    if (walk.left < 0) break;
    walk.left -= 1;
    if (typeof key !== 'string') continue;
    // JSON has the enumerable properties. One that throws at the question counts as enumerable.
    if (tryRead(() => Object.prototype.propertyIsEnumerable.call(value, key)) === false) continue;
    const member = tryRead(() => ({ value: (value as Record<string, unknown>)[key] }));
    const hidden = secret || isSecretName(key);
    const json = member === undefined ? spend(walk, LEFT_OUT.unreadable) : jsonOf(walk, key, member.value, hidden);
    if (json !== undefined) fields.push([spend(walk, nameOf(key)), json]);
  }
  return Object.fromEntries(fields);
}

function nameOf(key: string): string {
  return SHORT_WORD.test(key) ? key : cut(mask(key), FIELD_NAME_BYTES);
}
