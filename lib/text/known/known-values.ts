/**
 * The values of secrets that this process has fetched. `mask` hides them wherever they appear in a text, whatever they
 * look like. Credentials that Tickover hasn't fetched are only recognised by their form.
 */
import { MASK } from '../bounds.ts';
import { isRecord } from '../safe-read.ts';
import { isHidden, secretNamed } from '../secret-members.ts';

/**
 * The shortest value, in characters, that is hidden wherever it appears. A shorter one would be found inside ordinary
 * words.
 */
export const SHORTEST_KNOWN = 6;
/** The most spellings that are hidden. Beyond it, the spellings of the value that was registered first are dropped. */
const MOST_SPELLINGS = 4_000;
/** How many characters of a text are searched; the rest is dropped. */
const MOST_READ = 1_000_000;
/** The most values of one JSON secret that are hidden one by one. */
const MOST_INSIDE = 50;

/** Each spelling of a registered value, in the order of registration. */
const spellings = new Set<string>();

/**
 * The spellings, the longest first, since one may be a part of another. `longest` is the length of the first. A caller
 * compares `longest` with 0 before it calls a function of this file, since most processes have no secrets.
 */
export const known: { longest: number; list: readonly string[] } = { longest: 0, list: [] };

/**
 * Hides the value from now on in everything that `mask` returns: as it is, as JSON, in a URL, and in Base64. If the
 * value is a JSON object, its fields with a secret name, such as `password`, are hidden too.
 * @returns false if the value is too short to be hidden
 */
export function hideValue(value: string): boolean {
  const trimmed = value.trim();
  const hidden = [trimmed, ...valuesInside(trimmed)].filter((text) => text.length >= SHORTEST_KNOWN);
  for (const spelling of hidden.flatMap(spellingsOf)) {
    // A value that is registered again becomes the newest.
    spellings.delete(spelling);
    spellings.add(spelling);
  }
  for (const oldest of [...spellings].slice(0, Math.max(0, spellings.size - MOST_SPELLINGS))) spellings.delete(oldest);
  known.list = [...spellings].toSorted((one, other) => other.length - one.length);
  known.longest = known.list[0]?.length ?? 0;
  return trimmed.length >= SHORTEST_KNOWN;
}

/** Forgets all values; for tests. */
export function forgetValues(): void {
  spellings.clear();
  Object.assign(known, { longest: 0, list: [] });
}

/**
 * Returns the text with `***` in place of each registered value. It must get the text before anything else cuts it or
 * takes a line of it, since a part of a value isn't recognised.
 */
export function withoutKnown(text: string): string {
  let masked = text.slice(0, MOST_READ);
  for (const spelling of known.list) if (masked.includes(spelling)) masked = masked.replaceAll(spelling, MASK);
  return masked;
}

/** Whether the text contains a registered value. */
export function containsKnown(text: string): boolean {
  return known.list.some((spelling) => text.includes(spelling));
}

function spellingsOf(value: string): string[] {
  const json = inJson(value);
  const bytes = [value, `${value}\n`].map((text) => Buffer.from(text));
  return [
    ...[value, value.replaceAll('\n', '\r\n'), json, inJson(json)],
    // `encodeURIComponent` throws for half of a surrogate pair, which a Buffer replaces.
    encodeURIComponent(Buffer.from(value).toString()),
    new URLSearchParams([['', value]]).toString().slice(1),
    ...ENCODED_IN_URLS.map((encoded) => percentEncoded(value, encoded)),
    ...bytes.flatMap((each) => [each.toString('base64'), withoutPadding(each.toString('base64'))]),
    ...bytes.map((each) => each.toString('base64url')),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function withoutPadding(base64: string): string {
  return base64.replace(/=+$/, '');
}

/**
 * The characters that `URL` encodes, besides those beyond ASCII: in a query, in a path (older and newer versions of the
 * standard) and in a user's name or password; last, those that `encodeURI` encodes. https://url.spec.whatwg.org
 */
const ENCODED_IN_URLS = [
  /[ "#<>]/,
  /[ "#<>']/,
  /[ "#<>?`{}]/,
  /[ "#<>?`{}^]/,
  /[ "#<>?`{}^/:;=@[\]\\|]/,
  /[ "#%<>[\]\\^`{|}]/,
  /[ "%<>[\]\\^`{|}]/,
  /[ "%<>\\^`{|}]/,
];

function percentEncoded(value: string, encoded: RegExp): string {
  return [...value].map((character) => (staysAsItIs(character, encoded) ? character : percents(character))).join('');
}

function staysAsItIs(character: string, encoded: RegExp): boolean {
  return character >= ' ' && character <= '~' && !encoded.test(character);
}

function percents(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** The texts in a JSON object or list that have secret names. */
function valuesInside(text: string): string[] {
  if (!/^[{[]/.test(text)) return [];
  const found: string[] = [];
  const waiting: unknown[] = [parsed(text)];
  for (const value of waiting) {
    if (!isRecord(value) && !Array.isArray(value)) continue;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'object') waiting.push(member);
      else if (isSecretField(name, String(member))) found.push(String(member));
    }
    if (found.length > MOST_INSIDE) break;
  }
  return found.slice(0, MOST_INSIDE);
}

function isSecretField(name: string, value: string): boolean {
  const secret = secretNamed(name);
  return secret !== undefined && isHidden(secret, value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
