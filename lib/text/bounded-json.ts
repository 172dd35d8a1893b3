/**
 * What answers, log lines and Lambda itself may tell: plain data of a bounded size, credentials masked, whatever a workload returns,
 * logs or throws.
 */

import { summarizeError } from './error-summary.ts';
import { mask } from './mask.ts';
import { isError, tryRead } from './safe-read.ts';
import { jsonBytes, toJson } from './to-json.ts';

/** The longest result, in bytes of JSON: longer ones would burst a log event, and many of them an answer. */
export const LARGEST_RESULT = 64_000;
/** The longest message of a log line and the most that its fields may take together, in bytes: both fit into one event of CloudWatch's log. */
const LARGEST_MESSAGE = 8_000;
const LARGEST_FIELDS = 160_000;
const MOST_FIELDS = 1_000;

/**
 * The value as JSON would bring it back, whatever it is; text in its place where it can't be told. Never throws.
 * @param most bytes of JSON. @default 64,000
 */
export function toBoundedJson(value: unknown, most = LARGEST_RESULT): unknown {
  return toJson(value, { most, error: errorAsJson }) ?? null;
}

/** JSON that is known to be safe, or a few words in its place where it takes more than `most` bytes. */
export function limitJson(data: unknown, most: number): unknown {
  return jsonBytes(data) > most ? `left out: more than ${most} bytes of JSON` : data;
}

/** The fields of a log line, each told like a result as long as there is room for it. Never throws, whatever it is given. */
export function toLogFields(fields: unknown): Record<string, unknown> {
  if (isError(fields)) return { error: errorAsJson(fields) };
  const keys = typeof fields === 'object' && fields !== null ? tryRead(() => Object.keys(fields)) : undefined;
  if (keys === undefined) return { fields: toBoundedJson(fields) };
  const told: Record<string, unknown> = {};
  let left = LARGEST_FIELDS;
  for (const key of keys.slice(0, MOST_FIELDS)) {
    const field = toLogField(fields, key, left);
    left = Math.max(0, left - jsonBytes(field));
    Object.assign(told, field);
  }
  return told;
}

/** A field on its own: its name says whether it holds a credential. */
function toLogField(fields: unknown, key: string, most: number): object {
  const field = { get: () => (fields as Record<string, unknown>)[key], enumerable: true };
  const told = toJson(Object.defineProperty({}, key, field), { most, error: errorAsJson });
  return typeof told === 'object' && told !== null ? told : { [toLogMessage(key)]: told };
}

/** The message of a log line. */
export function toLogMessage(message: string): string {
  return mask(String(message), LARGEST_MESSAGE);
}

/**
 * What may leave a handler: Lambda sends and prints name, message, stack and fields of an error as they are. One that gives nothing
 * away is thrown as it is, any other is replaced by one that tells its memo.
 */
export function toSafeError(error: unknown): unknown {
  if (tryRead(() => givesNothingAway(error)) === true) return error;
  const { errorClass, message, text } = summarizeError(error, 0);
  return Object.assign(new Error(message), { name: errorClass, stack: text });
}

function givesNothingAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const told = [error.name, error.message, error.stack, { ...error }];
  return JSON.stringify(toJson(told, { most: LARGEST_FIELDS, error: errorAsJson })) === JSON.stringify(told);
}

/** An error as a log line tells it: its memo. */
function errorAsJson(error: unknown): Readonly<Record<string, string>> {
  const { errorClass, message, text } = summarizeError(error, 0);
  return { name: errorClass, message, text };
}
