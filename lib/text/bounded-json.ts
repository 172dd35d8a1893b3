/**
 * Turns foreign values (thrown, returned or logged by a workload) into JSON of a bounded size, with credentials masked,
 * before they reach answers, log lines or Lambda.
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

/** The value after a conversion to JSON and back, or a few words if it can't be converted. Never throws. */
export function toBoundedJson(value: unknown): unknown {
  return toJson(value, { most: RESULT_BYTES, error: errorAsJson }) ?? null;
}

/** Returns JSON that contains no credentials unchanged, or a few words if it takes more than `most` bytes. */
export function limitJson(json: unknown, most: number): unknown {
  return jsonBytes(json) > most ? LEFT_OUT.tooLarge(most) : json;
}

/**
 * The fields of a log line as bounded JSON. A field for which there is no room is replaced by a few words. Never
 * throws.
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

/** The field in an object of its own, since the name of a field decides whether its value is masked. */
function toLogField(fields: unknown, key: string, most: number): object {
  const field = { get: () => (fields as Record<string, unknown>)[key], enumerable: true };
  const json = toJson(Object.defineProperty({}, key, field), { most, error: errorAsJson });
  return typeof json === 'object' && json !== null ? json : { [toLogMessage(key)]: json };
}

/** The message of a log line, bounded, with credentials masked. */
export function toLogMessage(message: string): string {
  return mask(String(message), LINE_MESSAGE_BYTES);
}

/**
 * The error as it may leave a handler: Lambda sends and prints its name, message, stack and fields as they are, and
 * Node its causes and members. A harmless error is returned as it is, any other is replaced by one made of its summary,
 * hidden characters escaped, with the fields by which it is classified.
 */
export function toSafeError(error: unknown): unknown {
  if (isError(error) && tryRead(() => isHarmless(error)) === true) return error;
  const { errorClass, message, text } = summarizeError(error, 0);
  const [name, stack] = [escapeControls(errorClass), escapeControls(text)];
  const safe = Object.assign(new Error(escapeControls(message)), { name, stack }, evidenceFields(error));
  if (isError(error)) ORIGINALS.set(safe, error);
  return safe;
}

/** The errors that safe ones were made of. They can't be reached from these, and so are never printed with them. */
const ORIGINALS = new WeakMap<object, object>();

/** The error that a safe one was made of, to classify by; any other value is returned as it is. */
export function unmasked(error: unknown): unknown {
  return isError(error) ? (ORIGINALS.get(error) ?? error) : error;
}

/** A foreign value as the `cause` of an error of ours: see {@link toSafeError}. A harmless text stays a text. */
export function toSafeCause(cause: unknown): unknown {
  return typeof cause === 'string' && escapeControls(mask(cause)) === cause ? cause : toSafeError(cause);
}

/** Whether nothing would be masked, escaped or left out in the error, its causes and members. */
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

/** Codes and statuses, by which a user's own code may classify. */
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

/** An error as a log line has it: its summary. */
function errorAsJson(error: unknown): Readonly<Record<string, string>> {
  const { errorClass, message, text } = summarizeError(error, 0);
  return { name: errorClass, message, text };
}
