/** Masking: a text from elsewhere with its credentials masked, and cut to the room that there is for it. */
import { LONGEST_WORD, MASKED_BYTES } from './bounds.ts';
import { type Masked, SURROUNDED } from './credentials.ts';
import { KNOWN_TOKENS } from './known-tokens.ts';
import { maskFields } from './secret-fields.ts';

/**
 * The text with `***` in the place of everything that has the form of a credential: user and password in a URL, secret
 * query parameters, headers and fields, bearer tokens, AWS keys, web tokens, tokens of known forms, private keys.
 * @param most bytes of UTF-8; the rest is dropped. @default 20,000
 */
export function mask(text: string, most = MASKED_BYTES): string {
  const known = replaceAll(KNOWN_TOKENS, wholeWords(text, most));
  return maskFields(replaceAll(SURROUNDED, known));
}

function replaceAll(patterns: readonly Masked[], text: string): string {
  let masked = text;
  for (const [pattern, replacement, needs] of patterns) {
    if (!masked.includes(needs)) continue;
    masked =
      typeof replacement === 'string' ? masked.replace(pattern, replacement) : masked.replace(pattern, replacement);
  }
  return masked;
}

/** Cut between words: a credential cut in two could be half of one that no pattern knows. */
function wholeWords(text: string, most: number): string {
  const kept = cut(text, most);
  if (kept.length >= text.length) return kept;
  const end = Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\n'));
  return kept.length - end > LONGEST_WORD ? kept : kept.slice(0, Math.max(0, end));
}

/** The text, cut to at most `bytes` bytes of UTF-8 between two characters. Half a surrogate pair becomes U+FFFD. */
export function cut(text: string, bytes: number): string {
  // No character takes less than a byte, so a long text need not be encoded whole.
  const encoded = new TextEncoder().encode(text.slice(0, bytes + 1));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded.subarray(0, bytes), { stream: true });
}
