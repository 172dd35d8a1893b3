/**
 * What may be shown of a text that came from elsewhere: credentials masked, and no more bytes than there is room for.
 * Every pattern is linear: what repeats without a bound is consumed by the match, so that hostile text costs no more than long text.
 */

const MASK = '***';
/** Masking looks at no more than this many bytes and drops the rest: no memo has room for as much. */
const MASKED_BYTES = 20_000;

/** What the name of a secret contains; short words only where no letter stands beside them (`sig`, but not `design`). */
const SECRET_WORD =
  '(?:token|secret|passw(?:or)?d|passphrase|pwd|api[-_]?key|access[-_]?key|private[-_]?key|credential|signature|(?<![a-z])(?:sig|auth|jwt)(?![a-z]))';
const SECRET_NAME = `[\\w-]{0,40}${SECRET_WORD}[\\w-]{0,40}`;
/** A value in quotes (escaped ones too, for JSON inside JSON), or up to the next separator. */
const VALUE = String.raw`(?:(?<quote>\\{1,3}["'])[^"'\\]*|"(?:\\.|[^"\\])*|'(?:\\.|[^'\\])*|(?!\*\*\*)[^\s"',;&}\]]+)`;

const MASKED: readonly (readonly [RegExp, string | ((...groups: string[]) => string)])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END|$)/g, MASK],
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s/?#"':]{0,200}:[^\s/"']{1,2000}|[^\s/?#"']{1,2000})@/gi, `$1${MASK}@`],
  [
    /\b((?:(?:proxy-)?authorization|(?:set-)?cookie)\\{0,3}["']?\s{0,5}[:=]\s{0,5})(?:\\{0,3}["'][^\r\n"'\\]+|[^\s"'\\][^\r\n]*)/gi,
    maskedField,
  ],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
  [/\beyJ[\w-]{10,2000}\.[\w-]{10,}(?:\.[\w-]*)?/g, MASK],
  [/\b(?:gh[pousr]_|github_pat_|xox[abprs]-|sk-)[\w-]{16,}/g, MASK],
  [new RegExp(`([?&;](?:key|code|[^=&\\s]{0,60}${SECRET_WORD}[^=&\\s]{0,60})=)[^&\\s#"']+`, 'gi'), `$1${MASK}`],
  [new RegExp(`(\\b${SECRET_NAME}\\\\{0,3}["']?\\s{0,5}[:=]\\s{0,5})${VALUE}`, 'gi'), maskedField],
];

/** The name of a field with its value masked, its opening quote kept so that the text around it still reads. */
function maskedField(match: string, name: string): string {
  const quote = /^\\{0,3}["']/.exec(match.slice(name.length))?.[0] ?? '';
  return name + quote + MASK;
}

/**
 * The text with what looks like a credential replaced by `***`: user and password in a URL, secret query parameters, headers and
 * fields, bearer tokens, AWS key ids, web tokens, private keys. What lies beyond 20,000 bytes is dropped.
 */
export function mask(text: string): string {
  return MASKED.reduce(
    (masked, [pattern, replacement]) =>
      typeof replacement === 'string' ? masked.replace(pattern, replacement) : masked.replace(pattern, replacement),
    cut(text, MASKED_BYTES),
  );
}

/** The text, cut to at most `bytes` bytes of UTF-8 without cutting a character in two. Half a surrogate pair becomes U+FFFD. */
export function cut(text: string, bytes: number): string {
  // No character takes less than a byte, so a long text need not be encoded whole.
  const encoded = new TextEncoder().encode(text.slice(0, bytes + 1));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded.subarray(0, bytes), { stream: true });
}
