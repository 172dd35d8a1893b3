/** Turns values of a workload (thrown, returned or logged) into JSON of a limited size, with credentials masked. */

import {
  CLASS_BYTES,
  LEFT_OUT,
  LINE_FIELDS_BYTES,
  LINE_MESSAGE_BYTES,
  MOST_ERRORS,
  MOST_LOG_FIELDS,
  RESULT_BYTES,
} from './bounds.ts';
import { summarizeError } from './error-summary.ts';
import { cut, mask } from './mask.ts';
import { isError, membersOf, readProperty, tryRead } from './safe-read.ts';
import { jsonBytes, toJson } from './to-json.ts';
import { escapeControls, escaped, hidesCharacters } from './visible.ts';

/**
 * Converts any value to JSON data of at most 64,000 bytes, with credentials masked. A value that is too large or
 * unreadable becomes a few words; a value that JSON doesn't have, such as a function, becomes `null`. Never throws.
 */
export function toBoundedJson(value: unknown): unknown {
  return toJson(value, { most: RESULT_BYTES, error: errorAsJson }) ?? null;
}

/** Returns `json`, or a few words instead if its text has more than `most` bytes. Masks nothing. */
export function limitJson(json: unknown, most: number): unknown {
  return jsonBytes(json) > most ? LEFT_OUT.tooLarge(most) : json;
}

/** Converts the fields of a log line to JSON of a limited size, with credentials masked. Never throws. */
export function toLogFields(fields: unknown): Record<string, unknown> {
  if (isError(fields)) return { error: errorAsJson(fields) };
  const keys = typeof fields === 'object' && fields !== null ? tryRead(() => Object.keys(fields)) : undefined;
  if (keys === undefined) return { fields: toBoundedJson(fields) };
  const safe: Record<string, unknown> = {};
  let left = LINE_FIELDS_BYTES;
  for (const key of keys.slice(0, MOST_LOG_FIELDS)) {
    const field = toLogField(fields, key, left);
    left = Math.max(0, left - jsonBytes(field));
    Object.assign(safe, field);
  }
  return safe;
}

/**
 * Converts one field, in an object with this field only, of at most `most` bytes. The name must be converted together
 * with the value, since a name such as `password` masks its value.
 */
function toLogField(fields: unknown, key: string, most: number): object {
  const field = { get: () => (fields as Record<string, unknown>)[key], enumerable: true };
  const json = toJson(Object.defineProperty({}, key, field), { most, error: errorAsJson });
  return typeof json === 'object' && json !== null ? json : { [toLogMessage(key)]: json };
}

/** The message of a log line, cut to 8,000 bytes, with credentials masked. */
export function toLogMessage(message: string): string {
  return mask(String(message), LINE_MESSAGE_BYTES);
}

/**
 * Returns an error that is safe to throw to Lambda, which prints all of an error. An error without credentials and
 * invisible characters is returned unchanged. Any other value becomes a new error with credentials masked, which
 * Tickover classifies like the original.
 */
export function toSafeError(error: unknown): unknown {
  if (isError(error) && tryRead(() => isHarmless(error)) === true) return error;
  const { errorClass, message, text } = summarizeError(error, 0);
  const [name, stack] = [escapeControls(errorClass), escapeControls(text)];
  const safe = Object.assign(new Error(escapeControls(message)), { name, stack }, evidenceFields(error));
  if (isError(error)) ORIGINALS.set(safe, error);
  return safe;
}

/**
 * Maps each error that {@link toSafeError} made to its original. A property of the new error would be printed, so a
 * WeakMap is used.
 */
const ORIGINALS = new WeakMap<object, object>();

/** Returns the original of an error that {@link toSafeError} made; any other value is returned as it is. */
export function unmasked(error: unknown): unknown {
  return isError(error) ? (ORIGINALS.get(error) ?? error) : error;
}

/**
 * Makes any value safe as the `cause` of an error, as {@link toSafeError} does. A text without credentials is returned
 * as it is.
 */
export function toSafeCause(cause: unknown): unknown {
  return typeof cause === 'string' && escapeControls(mask(cause)) === cause ? cause : toSafeError(cause);
}

/**
 * Whether an error, its causes and the errors inside an AggregateError contain no credentials and no invisible
 * characters. False if there are more than 8 of them.
 */
function isHarmless(error: object): boolean {
  const links = new Set<unknown>([error]);
  for (const link of links) {
    if (links.size > MOST_ERRORS) return false;
    if (!isHarmlessAlone(link)) return false;
    const cause = readProperty(link, 'cause');
    if (cause !== undefined) links.add(cause);
    for (const member of membersOf(link, MOST_ERRORS) ?? []) links.add(member);
  }
  return true;
}

function isHarmlessAlone(link: unknown): boolean {
  const visible = link instanceof Error ? [link.name, link.message, link.stack, { ...link }] : link;
  const json = JSON.stringify(visible);
  if (typeof json === 'string' && hidesCharacters(json)) return false;
  return JSON.stringify(toJson(visible, { most: LINE_FIELDS_BYTES, error: errorAsJson })) === json;
}

/**
 * Returns the code, HTTP status and `$retryable` of an error. A user's own option `classify` may read them in the error
 * of {@link toSafeError}.
 */
function evidenceFields(error: unknown): Record<string, unknown> {
  const [code, retryable] = [readProperty(error, 'code'), readProperty(error, '$retryable')];
  const statusCode = [
    readProperty(error, 'status'),
    readProperty(error, 'statusCode'),
    readProperty(readProperty(error, 'response'), 'status'),
    readProperty(readProperty(error, '$metadata'), 'httpStatusCode'),
  ].find((status) => typeof status === 'number');
  return {
    ...(typeof code === 'string' ? { code: cut(escaped(mask(code)), CLASS_BYTES) } : {}),
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(typeof retryable === 'object' && retryable !== null ? { $retryable: {} } : {}),
  };
}

function errorAsJson(error: unknown): Readonly<Record<string, string>> {
  const { errorClass, message, text } = summarizeError(error, 0);
  return { name: errorClass, message, text };
}
