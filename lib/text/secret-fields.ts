/**
 * Masks values whose names show that they are credentials, as in `dbPass: x`, `"apiKeyV2":"x"`, `?sig=x` and
 * `{"name":"DB_PASSWORD","value":"x"}`. The text is read once, from one separator (such as `=` or `:`) to the next, so
 * the time is in proportion to its length.
 */
import { MASK } from './bounds.ts';
import { mayNameSecret, type Secrecy, secrecyOf } from './secret-names.ts';
import { mayBeSecret } from './secret-values.ts';

const SEPARATOR = /=>|->|[:=]{1,3}|%3[AD]/gi;
/** Matches quotes, brackets and `**` between a name and the separator (such as `=`) after it. */
const CLOSING =
  /(?:\\{0,3}["'`]|%2[27]|&(?:quot|apos|#3[49]);|\\u002[27])?(?:\]|%5D)?(?:(?:\[|%5B)(?:\d{0,6}|["']\w{0,20}["'])(?:\]|%5D)){0,3}\*{0,2}\s{0,5}$/i;
const LONGEST_CLOSING = 90;
const OPENING_QUOTE = /^(?:\\{0,3}["'`]|%2[27]|&(?:quot|apos|#3[49]);|\\u002[27])/i;

/** The pattern of one part of a list: an escaped character, a quoted text, or any character but a bracket. */
const ITEM = String.raw`\\[^]|"(?:\\[^]|[^"\\]){0,2000}"|'(?:\\[^]|[^'\\]){0,2000}'|[^[\]]`;

/**
 * The pattern of one part of an object: an escaped character, a quoted text, or any character but a brace.
 * `FIRST_MEMBER` is the pattern of an object's beginning: a quoted name, or a name and a colon.
 */
const MEMBER = String.raw`\\[^]|"(?:\\[^]|[^"\\]){0,2000}"|'(?:\\[^]|[^'\\]){0,2000}'|[^{}]`;
const FIRST_MEMBER = String.raw`\s{0,200}(?:\\{0,3}["']|[\w$-]{1,100}\s{0,5}:(?:\s|[[{"'\\]))`;

/**
 * Matches the value of a field: a quoted text, a list, an object, a placeholder such as `${x}` or `<x>`, or the text up
 * to the end of the field.
 */
const VALUE = new RegExp(
  [
    String.raw`(?:[bruf]{1,2}(?=["'])|N(?='))?(?:\\{1,3}["'](?:[^"'\\]|\\{2,}["']?|\\(?!["']))*`,
    String.raw`"(?:\\[^]|[^"\\])*|'(?:\\[^]|[^'\\])*|${'`[^`]*'})`,
    String.raw`%2[27](?:(?!%2[27])[^\s&"'])*`,
    String.raw`&(?:quot|apos|#3[49]);(?:(?!&(?:quot|apos|#3[49]);)[^"'\r\n])*`,
    String.raw`\\u002[27](?:(?!\\u002[27])[^"'\r\n])*`,
    String.raw`\[[A-Za-z]{1,20}\]`,
    String.raw`\[(?!\s{0,200}\])(?:${ITEM}|\[(?:${ITEM}|\[(?:${ITEM}){0,500}\]?){0,500}\]?){1,2000}\]?`,
    String.raw`\{(?=${FIRST_MEMBER})(?:${MEMBER}|\{(?:${MEMBER}|\{(?:${MEMBER}){0,500}\}?){0,500}\}?){1,2000}\}?`,
    String.raw`\((?=\s{0,20}[bruf]?\\{0,3}["'])(?:(?!\))(?:${ITEM}|[[\]])){1,2000}\)?`,
    String.raw`[|>][-+]?[ \t]{0,5}\r?\n[^\r\n]*`,
    String.raw`\{(?=[^\s{}"':]{0,200}[^\w\s{}"':])[^\s{}"':]{1,200}\}`,
    String.raw`\$?\{\{?[\w.:-]{0,100}\}{0,2}`,
    String.raw`<[^<>\s"']{1,100}(?: [\w-]{1,40})?>`,
    String.raw`(?:(?!%2[26C]|&quot;)[^\s"',;&}\]{[${'`'}])(?:(?!%2[26C])[^\s"',;&}\]])*`,
  ].join('|'),
  'iy',
);
const PARAMETER = /[^&\s#"'<>]+/y;
/**
 * Matches the value of a header: a list, a quoted text, a token after its scheme (`Bearer x`), or the rest of the line.
 */
const HEADER =
  /\[\s{0,200}(?:["'][^"'\r\n]{0,5000}["'],?\s{0,200}){1,50}\]?|\\{0,3}["'][^\r\n"'\\]+|(?:Bearer|Basic)\s{1,5}(?:[\w.~+/=-]{1,5000}|\*{3})(?=[,;)\]}]|\s[^,;]|$)|[^\s"'\\][^\r\n]*/iy;
const SPACE = /\s{0,20}/y;
/** Matches what DynamoDB's JSON has before a value: `{"S":`. */
const TYPED = /\{\s{0,5}\\{0,3}["']?(?:S|N|B|value)\\{0,3}["']?\s{0,5}:\s{0,5}/iy;

/**
 * Two fields may be a name and its value, as in `{"name":"DB_PASSWORD","value":"x"}`. `NAME_FIELD` matches the first
 * (`name`), `VALUE_FIELD` the second (`value`).
 */
const NAME_FIELD =
  /^(?:name|key|field|header|headername|label|title|id|path|variable|attribute|property|parameter|parameterkey|parametername|n|k)$/i;
export const VALUE_FIELD = /^(?:value|values|val|content|text|parametervalue|stringvalue|secretvalue|default|v)$/i;
/** How many characters of a value are read if its name is only likely that of a credential (see {@link Secrecy}). */
const LONGEST_LIKELY = 256;
/** The largest distance, in characters, between name and value in `{"name":"DB_PASSWORD","value":"x"}`. */
const LONGEST_PAIR = 300;
/** Matches a name after its value: `{"value":"x","name":"DB_PASSWORD"}`. */
const NAME_BEHIND =
  /(?:\\{0,3}["'])?\s{0,5},?\s{0,20}(?:\\{0,3}["'])?(?:name|key|parameterkey)(?:\\{0,3}["'])?\s{0,5}[:=]\s{0,5}\\{0,3}["']?([\w.$/-]{1,100})/iy;
const ARN = /arn(?::|%3A)aws[\w-]{0,20}(?:(?::|%3A)[\w-]{0,40}){3}(?::|%3A)(?:(?!%2C|%26)[\w/:.+=@*%-]){1,600}/gi;

/**
 * Whether the field `name` may contain the name of another field's value, as `key` in
 * `{"key":"DB_PASSWORD","value":"x"}`.
 */
export function isNameField(name: string): boolean {
  return NAME_FIELD.test(name);
}

/**
 * Whether the field `name` may contain a value that another field names, as `value` in
 * `{"key":"DB_PASSWORD","value":"x"}`.
 */
export function isValueField(name: string): boolean {
  return VALUE_FIELD.test(name);
}

interface Field {
  readonly name: string;
  /** The last word of the name: `key` in `API key`. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the text with `***` in place of each value whose name is that of a credential. */
export function maskFields(text: string): string {
  if (!mayNameSecret(text)) return text;
  const arns = arnsIn(text);
  const parts: string[] = [];
  let done = 0;
  let pair: { readonly name: string; readonly end: number } | undefined;
  for (const match of text.matchAll(SEPARATOR)) {
    if (match.index < done) continue;
    const field = fieldAt(text, match.index, match[0]);
    if (field === undefined || arns(match.index)) continue;
    if (isNameField(field.word)) pair = pairNamed(text, field);
    const value = secretValue(text, field, pair);
    if (value === undefined) continue;
    parts.push(text.slice(done, value.start), value.masked);
    done = value.end;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}

/**
 * Returns a function that answers whether a position in the text is inside an ARN. Each call must have a higher
 * position than the call before.
 */
function arnsIn(text: string): (position: number) => boolean {
  const found = text.matchAll(ARN);
  let arn = found.next().value;
  return (position) => {
    while (arn !== undefined && arn.index + arn[0].length <= position) arn = found.next().value;
    return arn !== undefined && arn.index <= position;
  };
}

/** The field whose separator (`sign`) is at the position `separator`; `undefined` if no name precedes it. */
function fieldAt(text: string, separator: number, sign: string): Field | undefined {
  const stop = separator - closingBefore(text, separator);
  let start = stop;
  while (start > 0 && isNameSign(text.charCodeAt(start - 1))) start -= 1;
  if (start === stop) return undefined;
  const word = text.slice(start, stop);
  const end = separator + sign.length;
  if (text[start - 1] !== ' ' || !SECOND_WORD.test(word)) return { name: word, word, start, end };
  const before = /[A-Za-z]{2,20}$/.exec(text.slice(Math.max(0, start - 21), start - 1))?.[0] ?? '';
  if (before === '') return { name: word, word, start, end };
  return { name: `${before} ${word}`, word, start: start - 1 - before.length, end };
}

const SECOND_WORD = /^(?:key|string|id|code|codes|phrase|value|token)s?$/i;
const DOUBLE_QUOTE = 0x22;
const PERCENT = 0x25;
const QUOTE = 0x27;
const BACKSLASH = 0x5c;

function closingBefore(text: string, separator: number): number {
  const last = text.charCodeAt(separator - 1);
  const isEncoded = text.charCodeAt(separator - 3) === PERCENT || text.charCodeAt(separator - 6) === BACKSLASH;
  if (isNameSign(last) && !isEncoded) return 0;
  if ((last === DOUBLE_QUOTE || last === QUOTE) && isNameSign(text.charCodeAt(separator - 2))) return 1;
  return CLOSING.exec(text.slice(Math.max(0, separator - LONGEST_CLOSING), separator))?.[0].length ?? 0;
}

function isNameSign(code: number): boolean {
  if (code >= 0x61) return code <= 0x7a;
  if (code >= 0x41) return code <= 0x5a || code === 0x5f;
  return (code >= 0x2d && code <= 0x39) || code === 0x24;
}

/**
 * The name that is the value of the field, as `DB_PASSWORD` in `"name":"DB_PASSWORD"`, and the position of its end;
 * `undefined` if the value can't be a name.
 */
function pairNamed(text: string, { end }: Field): { readonly name: string; readonly end: number } | undefined {
  const begin = end + lengthAt(SPACE, text, end);
  const named = /^\\{0,3}["']?([\w.$/-]{1,100})/.exec(text.slice(begin, begin + 110));
  return named === null ? undefined : { name: named[1] ?? '', end: begin + named[0].length };
}

interface Value {
  readonly start: number;
  readonly end: number;
  readonly masked: string;
}

/** The position of a field's value and the text that masks it; `undefined` if the value is no credential. */
function secretValue(text: string, field: Field, pair: { readonly name: string; readonly end: number } | undefined) {
  const query = /[?&#]/.test(text[field.start - 1] ?? '');
  const own = secrecyOf(field.name) ?? (query && /^(?:key|code)$/i.test(field.name) ? 'likely' : undefined);
  if (own !== undefined) return maskedValue(text, field, { name: field.name, secrecy: own, query });
  if (!isValueField(field.word)) return undefined;
  const name = isPair(text, field, pair) ? pair?.name : nameBehind(text, field);
  const secrecy = name === undefined ? undefined : secrecyOf(name);
  if (name === undefined || secrecy === undefined) return undefined;
  return maskedValue(text, field, { name, secrecy: secrecy === 'header' ? 'secret' : secrecy, query: false });
}

/**
 * Whether `pair`, the last name in a field such as `"name":"DB_PASSWORD"`, is the name of this field's value. The two
 * must be in the same object, at most 300 characters apart.
 */
function isPair(text: string, { start }: Field, pair: { readonly end: number } | undefined): boolean {
  if (pair === undefined || start - pair.end > LONGEST_PAIR || start < pair.end) return false;
  return !/[{}<]|\n\s{0,20}- /.test(text.slice(pair.end, start));
}

function nameBehind(text: string, field: Field): string | undefined {
  const begin = field.end + lengthAt(SPACE, text, field.end);
  const near = text.slice(begin, begin + LONGEST_PAIR);
  NAME_BEHIND.lastIndex = lengthAt(VALUE, near, 0);
  return NAME_BEHIND.exec(near)?.[1];
}

interface Judged {
  readonly name: string;
  readonly secrecy: Secrecy;
  readonly query: boolean;
}

function maskedValue(text: string, field: Field, { name, secrecy, query }: Judged): Value | undefined {
  const space = lengthAt(SPACE, text, field.end);
  const begin = field.end + space + lengthAt(TYPED, text, field.end + space);
  const pattern = query ? PARAMETER : secrecy === 'header' ? HEADER : VALUE;
  // In `aKey=bKey=x` the text `x` is read once for each name before it. To save time only its beginning is read, if it
  // may stay unmasked.
  const near = secrecy === 'likely' ? text.slice(begin, begin + LONGEST_LIKELY) : '';
  const length = near === '' ? lengthAt(pattern, text, begin) : lengthAt(pattern, near, 0);
  const given = text.slice(begin, begin + length);
  const quote = /^[bruNf]{0,2}(?:\\{0,3}["'`])|^/i.exec(given)?.[0] || (OPENING_QUOTE.exec(given)?.[0] ?? '');
  if (length === 0 || isNextLine(text, begin, { space, given, quote })) return undefined;
  const value = given.slice(quote.length);
  if (given.startsWith('[') && !isSecretList(given)) return undefined;
  if (!mayBeSecret({ name, secrecy, value, isWhole: quote !== '' || query })) return undefined;
  const end = begin + (near === '' ? length : lengthAt(pattern, text, begin));
  return { start: begin, end, masked: quote + MASK };
}

function isNextLine(
  text: string,
  begin: number,
  { space, given, quote }: { space: number; given: string; quote: string },
) {
  const between = text.slice(begin - space, begin);
  if (!/[\r\n]/.test(between) || quote !== '' || given.startsWith('[')) return false;
  return !/[\r\n][ \t]+$/.test(between) || /[:=]/.test(text.slice(begin, begin + given.length + 1));
}

/** Whether a list may contain credentials. False for a list of numbers, which are ids or amounts. */
function isSecretList(list: string): boolean {
  return /[^\s\d.,[\]*"']/.test(list);
}

/** The length of the match of a sticky pattern at the position `at`; 0 if it doesn't match. */
function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
