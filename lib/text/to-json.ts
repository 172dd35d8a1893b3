/**
 * Any value as plain data: what JSON would bring back, made without letting the value do harm. Getters, proxies and `toJSON` may
 * throw, and what refers to itself, never ends or is larger than anybody reads is told by a few words in its place.
 */

import { isSecretName, MASK } from './credentials.ts';
import { cut, mask } from './mask.ts';
import { isError, readProperty, tryRead } from './safe-read.ts';

/** How a value is told. */
export interface JsonOptions {
  /** The most bytes of JSON in UTF-8 that it may take. */
  readonly most: number;
  /** What is told of an error; it is told as it is given. */
  readonly error: (error: object) => unknown;
  /** Whether the beginning of what is too large is better than a few words in its place. @default false */
  readonly inPart?: boolean;
}

const DEEPEST = 32;
/** Shorter than any credential that is known by itself: most names of fields. */
const PLAIN_WORD = /^\w{1,16}$/;
const LONGEST_KEY = 256;
const NOT_TELLABLE = 'left out: it cannot be told as JSON';
const CIRCLE = 'left out: a circle';
const TOO_DEEP = 'left out: nested too deep';

/** The value as JSON would bring it back, credentials masked; `undefined` where JSON has no word for it. Never throws, and looks at no more than there is room for. */
export function toJson(value: unknown, telling: JsonOptions): unknown {
  const walk: Walk = { ...telling, left: telling.most, within: [] };
  const told = walked(walk, '', value, false);
  return walk.left < 0 && telling.inPart !== true ? `left out: more than ${telling.most} bytes of JSON` : told;
}

/** The bytes that plain data takes as JSON. */
export function jsonBytes(data: unknown): number {
  return new TextEncoder().encode(JSON.stringify(data) ?? '').length;
}

interface Walk extends JsonOptions {
  /** Room left, in bytes; below 0 nothing more is looked at. */
  left: number;
  /** The objects on the way to where the walk is. */
  readonly within: object[];
}

/** @param secret whether a name on the way says that what it holds is a credential */
function walked(walk: Walk, key: string, value: unknown, secret: boolean): unknown {
  if (walk.left < 0) return undefined;
  if (typeof value === 'string') return spent(walk, secret && value !== '' ? MASK : texted(walk, value));
  if (typeof value === 'bigint') return spent(walk, String(value));
  // JSON has no -0: added to 0, it is 0.
  if (typeof value === 'number') return spent(walk, Number.isFinite(value) ? value + 0 : null);
  if (typeof value === 'boolean' || value === null) return spent(walk, value);
  if (typeof value !== 'object') return undefined;
  return isError(value) ? spent(walk, walk.error(value)) : objectOf(walk, key, value, secret);
}

/** What is counted against the room. */
function spent<Data>(walk: Walk, data: Data): Data {
  walk.left -= jsonBytes(data) + 1;
  return data;
}

/** A text longer than the room won't be told: then it isn't looked at either. */
function texted(walk: Walk, text: string): string {
  if (PLAIN_WORD.test(text)) return text;
  if (text.length <= walk.left || walk.inPart === true) return mask(text, walk.left);
  walk.left = -1;
  return '';
}

function objectOf(walk: Walk, key: string, value: object, secret: boolean): unknown {
  if (walk.within.includes(value)) return spent(walk, CIRCLE);
  if (walk.within.length >= DEEPEST) return spent(walk, TOO_DEEP);
  walk.within.push(value);
  // Typed arrays may be as large as memory, and nobody reads them.
  const bytes = tryRead(() => (ArrayBuffer.isView(value) ? value.byteLength : undefined));
  const told = bytes === undefined ? ownForm(walk, key, value, secret) : spent(walk, `left out: ${bytes} bytes`);
  walk.within.pop();
  return told;
}

/** What the value's own `toJSON` makes of it, as JSON asks it, or its members. */
function ownForm(walk: Walk, key: string, value: object, secret: boolean): unknown {
  const toJson = readProperty(value, 'toJSON');
  if (typeof toJson !== 'function') return members(walk, value, secret);
  const form = tryRead(() => ({ value: toJson.call(value, key) as unknown }));
  if (form === undefined) return spent(walk, NOT_TELLABLE);
  const isObject = typeof form.value === 'object' && form.value !== null && !isError(form.value);
  return isObject ? members(walk, form.value as object, secret) : walked(walk, key, form.value, secret);
}

function members(walk: Walk, value: object, secret: boolean): unknown {
  walk.left -= 2;
  if (tryRead(() => Array.isArray(value)) === true) return listed(walk, value, secret);
  const keys = tryRead(() => Reflect.ownKeys(value));
  return keys === undefined ? spent(walk, NOT_TELLABLE) : fieldsOf(walk, value, { keys, secret });
}

function listed(walk: Walk, value: object, secret: boolean): unknown[] {
  const length = Number(readProperty(value, 'length')) || 0;
  const list: unknown[] = [];
  for (let index = 0; index < length && walk.left >= 0; index += 1) {
    const told = walked(walk, String(index), readProperty(value, String(index)), secret);
    list.push(told === undefined ? spent(walk, null) : told);
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
    if (typeof key !== 'string' || !isTold(value, key)) continue;
    const member = tryRead(() => ({ value: (value as Record<string, unknown>)[key] }));
    const hidden = secret || isSecretName(key);
    const told = member === undefined ? spent(walk, NOT_TELLABLE) : walked(walk, key, member.value, hidden);
    if (told !== undefined) fields.push([spent(walk, nameOf(key)), told]);
  }
  return Object.fromEntries(fields);
}

/** JSON tells what is enumerable; what can't say is told. */
function isTold(value: object, key: string): boolean {
  return tryRead(() => Object.prototype.propertyIsEnumerable.call(value, key)) ?? true;
}

function nameOf(key: string): string {
  return PLAIN_WORD.test(key) ? key : cut(mask(key), LONGEST_KEY);
}
