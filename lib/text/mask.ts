/** Masking: credentials in a foreign text are replaced, and the text is cut to its bound. */
import { LONGEST_WORD, MASKED_BYTES } from './bounds.ts';
import { type Masked, SURROUNDED } from './credentials.ts';
import { KNOWN_TOKENS } from './known-tokens.ts';
import { maskFields } from './secret-fields.ts';

/**
 * The text with `***` in place of everything that has the form of a credential: user and password in a URL, secret
 * query parameters, headers and fields, bearer tokens, AWS keys, web tokens, tokens of known forms, private keys.
 * @param most the largest size of the result in bytes of UTF-8; the rest is dropped. @default 20,000
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

/** The text cut between two words. A cut inside a credential would leave a part that no pattern recognises. */
function wholeWords(text: string, most: number): string {
  const kept = cut(text, most);
  if (kept.length >= text.length) return kept;
  const end = Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\n'));
  return kept.length - end > LONGEST_WORD ? kept : kept.slice(0, Math.max(0, end));
}

/** The text, cut between two characters to at most `bytes` bytes of UTF-8. An unpaired surrogate becomes U+FFFD. */
export function cut(text: string, bytes: number): string {
  // Each character takes at least one byte, so it is enough to encode this part of a long text.
  const encoded = new TextEncoder().encode(text.slice(0, bytes + 1));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded.subarray(0, bytes), { stream: true });
}
