/**
 * The memo: what is remembered of an error. Its size is bounded in bytes, since it is stored; credentials are masked,
 * since it is logged, stored and shown.
 */

import { cut, mask } from './mask.ts';
import { isError, membersOf, readProperty, tryRead } from './safe-read.ts';
import { toJson } from './to-json.ts';

/** Bounds in bytes of UTF-8, so that a record of a failed run stays within a few write units. */
const CLASS_BYTES = 64;
const MESSAGE_BYTES = 400;
const TEXT_BYTES = 2_400;
/** Room for one error's message in the text, so that its stack and causes still fit. */
const TOLD_MESSAGE_BYTES = 1_000;
/** Frames kept of each error's stack, and bytes of each, likewise. */
const FRAMES = 6;
const FRAME_BYTES = 300;
/** What is looked at of a text that may be of any size: a private key fits. */
const LOOKED_AT = 6_000;
/** Causes and members told, and how far a chain of causes is followed. A chain may be a circle. */
const MOST_ERRORS = 8;

/** What is remembered of an error: bounded in size, credentials masked. */
export interface ErrorSummary {
  /** When the run ended, in epoch milliseconds. */
  readonly at: number;
  /** The name under which the report gives one example: the error's class, or its code where the class says nothing. */
  readonly errorClass: string;
  /** What happened, in one line. */
  readonly message: string;
  /** Class, message, stack and causes. */
  readonly text: string;
}

/** The memo of whatever was thrown, at the instant the run ended (epoch milliseconds). Never throws, whatever it is given. */
export function summarizeError(error: unknown, at: number): ErrorSummary {
  return {
    at,
    errorClass: errorClassOf(error),
    message: cut(mask(lineOf(error), LOOKED_AT), MESSAGE_BYTES),
    text: cut(mask(textOf(error)), TEXT_BYTES),
  };
}

/** The first line of the message. A wrapper that says nothing, such as fetch's `fetch failed`, is told with its cause. */
function lineOf(error: unknown): string {
  const line = firstLine(messageOf(error));
  const cause = isError(error) ? readProperty(error, 'cause') : undefined;
  return isError(cause) && line === 'fetch failed' ? `${line}: ${firstLine(messageOf(cause))}` : line;
}

/** A message may be megabytes of lines: no more is looked at than is masked. */
function firstLine(message: string): string {
  const [line = ''] = message.trimStart().slice(0, LOOKED_AT).split('\n', 1);
  return line;
}

/**
 * The name under which an error is grouped: an HTTP error is `HttpStatusError` whatever its status; a plain error with a code,
 * or a wrapper around one such as fetch's `fetch failed`, goes by that code; anything else by its class. One line, at most 64 bytes,
 * credentials masked. Never throws.
 */
export function errorClassOf(error: unknown): string {
  if (!isError(error)) return error === null ? 'null' : typeof error;
  if (hasHttpStatus(error)) return HTTP_ERROR;
  const name = nameOf(error);
  return GENERIC.has(name) ? (codeWithin(error) ?? name) : name;
}

const HTTP_ERROR = 'HttpStatusError';
const PARSER_ERROR = 'HTTPParserError';
const GENERIC = new Set(['Error', 'TypeError', 'AggregateError']);

/** The code of the first error in the chain of causes that has one. What `fetch` says of an answer that is no HTTP has none in newer Nodes. */
function codeWithin(error: object): string | undefined {
  let link: unknown = error;
  for (let depth = 0; depth < MOST_ERRORS && isError(link); depth += 1) {
    if (hasHttpStatus(link)) return HTTP_ERROR;
    const code = codeOf(link);
    if (code !== undefined) return code;
    if (readProperty(link, 'name') === PARSER_ERROR) return PARSER_ERROR;
    link = readProperty(link, 'cause');
  }
  return undefined;
}

/** An error of our own, one shaped like axios's, or one that carries the status of a failed request itself. */
function hasHttpStatus(error: object): boolean {
  if (nameOf(error) === HTTP_ERROR || typeof readProperty(readProperty(error, 'response'), 'status') === 'number')
    return true;
  return [readProperty(error, 'status'), readProperty(error, 'statusCode')].some(
    (status) => typeof status === 'number' && status >= 400 && status <= 999,
  );
}

function nameOf(error: object): string {
  const name = readProperty(error, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return word(name);
  const className = readProperty(readProperty(error, 'constructor'), 'name');
  return typeof className === 'string' && className !== '' ? word(className) : 'Error';
}

function codeOf(error: object): string | undefined {
  const code = readProperty(error, 'code');
  return typeof code === 'string' && code !== '' ? word(code) : undefined;
}

/** A name or a code: they can hold anything too. */
function word(text: string): string {
  return cut(mask(text.slice(0, LOOKED_AT), LOOKED_AT).replace(/\s+/g, ' '), CLASS_BYTES);
}

function messageOf(error: unknown): string {
  if (!isError(error)) return shownValue(error);
  const message = readProperty(error, 'message');
  return (typeof message === 'string' && message) || codeOf(error) || nameOf(error);
}

function shownValue(value: unknown): string {
  if (value === '') return 'an empty text';
  if (typeof value !== 'object') return tryRead(() => String(value)) ?? UNSHOWABLE;
  const data = toJson(value, {
    most: TOLD_MESSAGE_BYTES,
    error: (error) => mask(messageOf(error), LOOKED_AT),
    inPart: true,
  });
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? UNSHOWABLE);
}

const UNSHOWABLE = 'a value that cannot be shown';

/** Class, message, stack, causes and the members of an AggregateError, each error once. */
function textOf(error: unknown): string {
  const told: string[] = [];
  const waiting: { error: unknown; lead: string }[] = [{ error, lead: '' }];
  const seen = new Set<unknown>();
  for (let next = waiting.shift(); next !== undefined && told.length < MOST_ERRORS; next = waiting.shift()) {
    if (seen.has(next.error)) continue;
    seen.add(next.error);
    told.push(next.lead + oneOf(next.error));
    waiting.push(...within(next.error));
  }
  return told.join('\n');
}

/** What stands behind an error: its cause, and its members if it has any. */
function within(error: unknown): { error: unknown; lead: string }[] {
  if (!isError(error)) return [];
  const cause = readProperty(error, 'cause');
  const members = [...(membersOf(error, MOST_ERRORS) ?? [])];
  return [
    ...(cause === undefined ? [] : [{ error: cause, lead: 'Caused by: ' }]),
    ...members.map((member) => ({ error: member, lead: 'Member: ' })),
  ];
}

function oneOf(error: unknown): string {
  const message = cut(mask(messageOf(error), LOOKED_AT), TOLD_MESSAGE_BYTES);
  if (!isError(error)) return message;
  const code = codeOf(error);
  const suffix = code === undefined || message.includes(code) ? '' : ` (${code})`;
  return [`${nameOf(error)}: ${message}${suffix}`, ...framesOf(error)].join('\n');
}

/** A stack begins with the message, which may be megabytes and look like frames itself. */
function framesOf(error: object): string[] {
  const [stack, message] = [readProperty(error, 'stack'), readProperty(error, 'message')];
  if (typeof stack !== 'string') return [];
  const told = typeof message === 'string' ? stack.indexOf(message) : -1;
  const begin = typeof message === 'string' && told >= 0 ? told + message.length : 0;
  const frames = stack.slice(begin, begin + LOOKED_AT).split('\n');
  return frames
    .filter((line) => /^\s+at /.test(line))
    .slice(0, FRAMES)
    .map((line) => cut(line, FRAME_BYTES));
}
