/**
 * The memo: what is remembered of an error. Its size is bounded in bytes, since it is stored; credentials are masked,
 * since it is logged, stored and shown.
 */
import type { Failure } from './outcome.ts';

/** Bounds in bytes of UTF-8, so that a record of a failed run stays within a few write units. */
const MESSAGE_BYTES = 400;
const TEXT_BYTES = 2_400;
/** Frames kept of each error's stack, so that its causes still fit. */
const FRAMES = 6;
/** Causes and members told, and how deep. A chain may be a circle. */
const MOST_ERRORS = 8;
/** Masking looks at no more than this; what lies behind it is cut off anyway. */
const MASKED_CHARACTERS = 20_000;

/** The memo of whatever was thrown, at the instant the run ended (epoch milliseconds). */
export function memoOf(error: unknown, at: number): Failure {
  const [firstLine = ''] = messageOf(error).split('\n');
  return {
    at,
    errorClass: cut(errorClassOf(error), 64),
    message: cut(mask(firstLine), MESSAGE_BYTES),
    text: cut(mask(textOf(error)), TEXT_BYTES),
  };
}

/**
 * The name under which an error is grouped: an HTTP error is `HttpStatusError` whatever its status; a plain error with a code,
 * or a wrapper around one such as fetch's `fetch failed`, goes by that code; anything else by its class.
 */
export function errorClassOf(error: unknown): string {
  if (!(error instanceof Error)) return error === null ? 'null' : typeof error;
  if (hasHttpStatus(error)) return 'HttpStatusError';
  const name = nameOf(error);
  if (!GENERIC.has(name)) return name;
  return codeOf(error) ?? codeOf(error.cause) ?? name;
}

const GENERIC = new Set(['Error', 'TypeError', 'AggregateError']);

function hasHttpStatus(error: Error): boolean {
  const { response } = error as { response?: { status?: unknown } };
  return nameOf(error) === 'HttpStatusError' || typeof response?.status === 'number';
}

function nameOf(error: Error): string {
  return error.name === 'Error' ? error.constructor.name || 'Error' : String(error.name);
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code !== '' ? code : undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return String(error.message) || codeOf(error) || nameOf(error);
  try {
    return typeof error === 'object' ? JSON.stringify(error) : String(error);
  } catch {
    return 'a value that cannot be shown';
  }
}

/** Class, message, stack, causes and the members of an AggregateError, each error once. */
function textOf(error: unknown): string {
  const told: string[] = [];
  const waiting: { error: unknown; lead: string }[] = [{ error, lead: '' }];
  const seen = new Set<unknown>();
  for (let next = waiting.shift(); next !== undefined && told.length < MOST_ERRORS; next = waiting.shift()) {
    if (seen.has(next.error)) continue;
    seen.add(next.error);
    told.push(next.lead + oneOf(next.error));
    if (!(next.error instanceof Error)) continue;
    if (next.error.cause !== undefined) waiting.push({ error: next.error.cause, lead: 'Caused by: ' });
    if (next.error instanceof AggregateError) {
      waiting.push(...next.error.errors.map((member: unknown) => ({ error: member, lead: 'Member: ' })));
    }
  }
  return told.join('\n');
}

function oneOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  const frames = String(error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, FRAMES);
  const code = codeOf(error);
  const suffix = code === undefined || error.message.includes(code) ? '' : ` (${code})`;
  return [`${nameOf(error)}: ${messageOf(error)}${suffix}`, ...frames].join('\n');
}

const MASK = '***';
const SECRET_WORD = '(?:token|secret|passw(?:or)?d|pwd|api[-_]?key|access[-_]?key|credential|signature|sig|auth)';
const MASKED: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,500}@/gi, `$1${MASK}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
  [new RegExp(`([?&;][^=&\\s]{0,60}${SECRET_WORD}[^=&\\s]{0,60}=)[^&\\s#"']+`, 'gi'), `$1${MASK}`],
  [
    new RegExp(
      `(["']?\\b[\\w-]{0,40}${SECRET_WORD}[\\w-]{0,40}["']?\\s*[:=]\\s*["']?)(?!${'\\*\\*\\*'})[^\\s"',;&}]+`,
      'gi',
    ),
    `$1${MASK}`,
  ],
];

/** The text with what looks like a credential replaced by `***`: user and password in a URL, secret query parameters and fields, bearer tokens, AWS key ids. */
export function mask(text: string): string {
  return MASKED.reduce(
    (masked, [pattern, replacement]) => masked.replace(pattern, replacement),
    text.slice(0, MASKED_CHARACTERS),
  );
}

/** The text, cut to at most `bytes` bytes of UTF-8 without cutting a character in two. */
export function cut(text: string, bytes: number): string {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= bytes) return text;
  return new TextDecoder().decode(encoded.subarray(0, bytes), { stream: true });
}
