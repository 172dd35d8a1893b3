/**
 * Turns foreign values (thrown, returned or logged by a workload) into JSON of a bounded size, with credentials masked,
 * before Tickover writes them into an answer or a log line, or throws them to Lambda.
 */

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
 * Converts a value to data that JSON can express, at most 64,000 bytes large, with credentials masked. A few words
 * replace a value that is too large or can't be converted. `null` replaces a value that JSON doesn't have, such as a
 * function. Never throws.
 */
export function toBoundedJson(value: unknown): unknown {
  return toJson(value, { most: RESULT_BYTES, error: errorAsJson }) ?? null;
}

/**
 * Returns `json` unchanged, or a few words in its place if its JSON text is longer than `most` bytes of UTF-8. This
 * function masks nothing, so `json` must not contain credentials.
 */
export function limitJson(json: unknown, most: number): unknown {
  return jsonBytes(json) > most ? LEFT_OUT.tooLarge(most) : json;
}

/**
 * Converts the fields of a log line to JSON of a bounded size, with credentials masked. A few words replace the value
 * of a field for which the line has no room. Fields after the first 1,000 are dropped. Never throws.
 */
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
 * Converts one field of a log line to an object with this field only, of at most `most` bytes of JSON. The value is
 * converted together with its field, since the name of a field decides whether its value is masked.
 */
function toLogField(fields: unknown, key: string, most: number): object {
  const field = { get: () => (fields as Record<string, unknown>)[key], enumerable: true };
  const json = toJson(Object.defineProperty({}, key, field), { most, error: errorAsJson });
  return typeof json === 'object' && json !== null ? json : { [toLogMessage(key)]: json };
}

/** The message of a log line, cut to at most 8,000 bytes, with credentials masked. */
export function toLogMessage(message: string): string {
  return mask(String(message), LINE_MESSAGE_BYTES);
}

/**
 * Returns an error that a Lambda handler may throw. Lambda sends and prints the name, the message, the stack and the
 * fields of a thrown error unchanged, and Node prints its causes and the `errors` of an AggregateError. If nothing of
 * all this has to be masked, escaped or left out, the error itself is returned. Any other value is replaced by a new
 * error, made from its error summary, with hidden characters escaped. The new error keeps the properties by which
 * Tickover classifies errors as transient or fatal.
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
 * The original of each error that {@link toSafeError} has replaced, by its replacement. The replacement has no
 * reference to its original, so that the original is never printed with it.
 */
const ORIGINALS = new WeakMap<object, object>();

/**
 * The original of an error with which {@link toSafeError} has replaced it, so that code can classify the original; any
 * other value is returned unchanged.
 */
export function unmasked(error: unknown): unknown {
  return isError(error) ? (ORIGINALS.get(error) ?? error) : error;
}

/**
 * Makes a foreign value safe as the `cause` of an error of Tickover, as {@link toSafeError} does. A text in which
 * nothing has to be masked or escaped is returned unchanged.
 */
export function toSafeCause(cause: unknown): unknown {
  return typeof cause === 'string' && escapeControls(mask(cause)) === cause ? cause : toSafeError(cause);
}

/**
 * Whether an error, its causes and the errors inside an AggregateError or SuppressedError contain nothing that has to
 * be masked, escaped or left out. The answer is false if there are more than 8 of them.
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
 * The code, the HTTP status and the property `$retryable` of an error, as far as it has them. The replacement that
 * {@link toSafeError} makes keeps them, since a user's own `classify` may judge by them.
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

/**
 * The error summary of an error as an object with `name`, `message` and `text`, as log lines and results contain it.
 */
function errorAsJson(error: unknown): Readonly<Record<string, string>> {
  const { errorClass, message, text } = summarizeError(error, 0);
  return { name: errorClass, message, text };
}
