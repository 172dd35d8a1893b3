import {
  CLASS_BYTES,
  FRAME_BYTES,
  MESSAGE_BYTES,
  MESSAGE_IN_TEXT_BYTES,
  MOST_ERRORS,
  MOST_FRAMES,
  READ_BYTES,
  TEXT_BYTES,
  UNSHOWABLE,
} from './bounds.ts';
import { known, withoutKnown } from './known/known-values.ts';
import { cut, mask } from './mask.ts';
import { isError, isSuppressed, membersOf, readProperty, tryRead } from './safe-read.ts';
import { toJson } from './to-json.ts';

/** The class, message and text of an error, limited in size, with credentials masked. */
export interface ErrorSummary {
  /** The end of the failed run, in epoch milliseconds. */
  readonly at: number;
  /**
   * The class of the error, or its code if the class is `Error` or the like. The report of a trip shows one error of
   * each class.
   */
  readonly errorClass: string;
  /** The first line of the error's message. */
  readonly message: string;
  /** The class, message and stack of the error and of its causes, on several lines. */
  readonly text: string;
}

/**
 * Makes the error summary of any thrown value.
 * @param at the end of the run, in epoch milliseconds
 */
export function summarizeError(error: unknown, at: number): ErrorSummary {
  return {
    at,
    errorClass: errorClassOf(error),
    message: cut(mask(lineOf(error), READ_BYTES), MESSAGE_BYTES),
    text: cut(textOf(error), TEXT_BYTES),
  };
}

/**
 * The first line of an error's message. The message `fetch failed` is followed by the message of the cause. The message
 * of a SuppressedError is replaced by those of its two errors.
 */
function lineOf(error: unknown): string {
  const line = firstLine(messageOf(error));
  if (!isError(error)) return line;
  if (isSuppressed(error)) {
    const [later, earlier] = [...(membersOf(error, 2) ?? [])].map((member) => firstLine(messageOf(member)));
    return `${later}; it suppressed: ${earlier}`;
  }
  const cause = readProperty(error, 'cause');
  return isError(cause) && line === 'fetch failed' ? `${line}: ${firstLine(messageOf(cause))}` : line;
}

/** Only the beginning of a message is read, since a message may be megabytes long. */
function firstLine(message: string): string {
  // A secret may have several lines, so it is masked before the first line is taken.
  const whole = known.longest === 0 ? message : withoutKnown(message);
  const [line = ''] = whole.trimStart().slice(0, READ_BYTES).split('\n', 1);
  return line;
}

/**
 * The name by which the report of a trip groups errors: `HttpStatusError` for an HTTP status; the code for an `Error`,
 * `TypeError` or the like with a code; else the class, or the type of a value that is no error.
 */
export function errorClassOf(error: unknown): string {
  if (!isError(error)) return error === null ? 'null' : typeof error;
  if (hasHttpStatus(error)) return HTTP_ERROR;
  const name = nameOf(error);
  return GENERIC.has(name) ? (codeWithin(error) ?? name) : name;
}

const HTTP_ERROR = 'HttpStatusError';
const PARSER_ERROR = 'HTTPParserError';
const GENERIC = new Set(['Error', 'TypeError', 'AggregateError', 'SuppressedError']);

/**
 * The first code in an error and its causes; `undefined` if none has a code. `HttpStatusError` is the code of an error
 * with an HTTP status.
 */
function codeWithin(error: object): string | undefined {
  const waiting: unknown[] = [error];
  for (let read = 0; read < MOST_ERRORS && waiting.length > 0; read += 1) {
    const link = waiting.shift();
    if (!isError(link)) continue;
    if (hasHttpStatus(link)) return HTTP_ERROR;
    const code = codeOf(link);
    if (code !== undefined) return code;
    if (readProperty(link, 'name') === PARSER_ERROR) return PARSER_ERROR;
    waiting.unshift(...(isSuppressed(link) ? (membersOf(link, 2) ?? []) : []), readProperty(link, 'cause'));
  }
  return undefined;
}

function hasHttpStatus(error: object): boolean {
  if (nameOf(error) === HTTP_ERROR || typeof readProperty(readProperty(error, 'response'), 'status') === 'number')
    return true;
  return [readProperty(error, 'status'), readProperty(error, 'statusCode')].some(
    (status) => typeof status === 'number' && status >= 400 && status <= 999,
  );
}

function nameOf(error: object): string {
  const name = readProperty(error, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return toWord(name);
  const className = readProperty(readProperty(error, 'constructor'), 'name');
  return typeof className === 'string' && className !== '' ? toWord(className) : 'Error';
}

function codeOf(error: object): string | undefined {
  const code = readProperty(error, 'code');
  return typeof code === 'string' && code !== '' ? toWord(code) : undefined;
}

/** Foreign code may put any text into the name or the code of an error, so it is masked, cut and put on one line. */
function toWord(text: string): string {
  return cut(mask(text, READ_BYTES).replace(/\s+/g, ' '), CLASS_BYTES);
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
    most: MESSAGE_IN_TEXT_BYTES,
    error: (error) => mask(messageOf(error), READ_BYTES),
    inPart: true,
  });
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? UNSHOWABLE);
}

function textOf(error: unknown): string {
  const lines: string[] = [];
  const waiting: { error: unknown; lead: string }[] = [{ error, lead: '' }];
  const seen = new Set<unknown>();
  for (let next = waiting.shift(); next !== undefined && lines.length < MOST_ERRORS; next = waiting.shift()) {
    if (seen.has(next.error)) continue;
    seen.add(next.error);
    lines.push(next.lead + oneOf(next.error));
    waiting.push(...causesOf(next.error));
  }
  return lines.join('\n');
}

function causesOf(error: unknown): { error: unknown; lead: string }[] {
  if (!isError(error)) return [];
  const cause = readProperty(error, 'cause');
  const members = [...(membersOf(error, MOST_ERRORS) ?? [])];
  return [
    ...(cause === undefined ? [] : [{ error: cause, lead: 'Caused by: ' }]),
    ...members.map((member) => ({ error: member, lead: 'Member: ' })),
  ];
}

function oneOf(error: unknown): string {
  const message = cut(mask(messageOf(error), READ_BYTES), MESSAGE_IN_TEXT_BYTES);
  if (!isError(error)) return message;
  const code = codeOf(error);
  const suffix = code === undefined || message.includes(code) ? '' : ` (${code})`;
  return [`${nameOf(error)}: ${message}${suffix}`, ...framesOf(error)].join('\n');
}

/**
 * The first stack frames of an error; an empty list if it has none. A stack begins with the message, which is skipped:
 * its lines may look like stack frames.
 */
function framesOf(error: object): string[] {
  const [stack, message] = [readProperty(error, 'stack'), readProperty(error, 'message')];
  if (typeof stack !== 'string') return [];
  const start = typeof message === 'string' ? stack.indexOf(message) : -1;
  const begin = typeof message === 'string' && start >= 0 ? start + message.length : 0;
  const lines = stack.slice(begin, begin + READ_BYTES).split('\n');
  const frames = lines.filter((line) => /^\s+at /.test(line)).slice(0, MOST_FRAMES);
  if (frames.length === 0) return [];
  return mask(frames.join('\n'), READ_BYTES)
    .split('\n')
    .map((line) => cut(line, FRAME_BYTES));
}
