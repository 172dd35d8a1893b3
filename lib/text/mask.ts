/** What may be shown of a text that came from elsewhere: credentials masked, and no more bytes than there is room for. */
import { SECRETS } from './credentials.ts';

/** Masking looks at no more than this many bytes and drops the rest: no memo has room for as much. */
const MASKED_BYTES = 20_000;
/** What was cut in two may be half a credential that no pattern knows any more. A longer run of characters is no credential. */
const LONGEST_WORD = 512;

/**
 * The text with what looks like a credential replaced by `***`: user and password in a URL, secret query parameters, headers and
 * fields, bearer tokens, AWS keys, web tokens, tokens of known forms, private keys.
 * @param most bytes of UTF-8; what lies beyond is dropped, with the word that it begins in. @default 20,000
 */
export function mask(text: string, most = MASKED_BYTES): string {
  return SECRETS.reduce(
    (masked, [pattern, replacement]) =>
      typeof replacement === 'string' ? masked.replace(pattern, replacement) : masked.replace(pattern, replacement),
    wholeWords(text, most),
  );
}

function wholeWords(text: string, most: number): string {
  const kept = cut(text, most);
  if (kept.length >= text.length) return kept;
  const end = Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\n'));
  return kept.length - end > LONGEST_WORD ? kept : kept.slice(0, Math.max(0, end));
}

/** The text, cut to at most `bytes` bytes of UTF-8 without cutting a character in two. Half a surrogate pair becomes U+FFFD. */
export function cut(text: string, bytes: number): string {
  // No character takes less than a byte, so a long text need not be encoded whole.
  const encoded = new TextEncoder().encode(text.slice(0, bytes + 1));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded.subarray(0, bytes), { stream: true });
}
