import { LONGEST_WORD, MASKED_BYTES } from './bounds.ts';
import { type Masked, SURROUNDED } from './credentials.ts';
import { KNOWN_TOKENS } from './known/known-tokens.ts';
import { known, withoutKnown } from './known/known-values.ts';
import { maskFields } from './secret-fields.ts';
import { bare, hasMoreThanBare } from './visible.ts';

/**
 * Returns the text with `***` in place of everything that looks like a credential: passwords in URLs, secret headers
 * and fields, tokens, private keys, and the secrets that this process has fetched. If anything is masked, colour codes
 * and invisible characters are removed too.
 * @param most the largest size of the result in bytes of UTF-8; the rest is dropped. @default 20,000
 */
export function mask(text: string, most = MASKED_BYTES): string {
  const kept = wholeWords(known.longest === 0 ? text : withoutKnown(text), most);
  if (SHOWN.test(kept) || !hasMoreThanBare(kept)) return masked(kept);
  // A colour code or an invisible character may hide a credential. `mask` first searches the text without them, then
  // the text with spaces in their places.
  for (const seen of [bare(kept), bare(kept, ' ')]) {
    const maskedAsSeen = masked(seen);
    if (maskedAsSeen !== seen) return maskedAsSeen;
  }
  return kept;
}

/** Matches a text of plain ASCII, which contains no colour codes and no invisible characters. */
const SHOWN = /^[ -[\]_-~\n\t]*$/;

function masked(text: string): string {
  const unknown = known.longest === 0 ? text : withoutKnown(text);
  return maskFields(replaceAll(SURROUNDED, replaceAll(KNOWN_TOKENS, unknown)));
}

function replaceAll(patterns: readonly Masked[], text: string): string {
  let replaced = text;
  for (const [pattern, replacement, needs] of patterns) {
    if (!replaced.includes(needs)) continue;
    replaced =
      typeof replacement === 'string' ? replaced.replace(pattern, replacement) : replaced.replace(pattern, replacement);
  }
  return replaced;
}

/**
 * Cuts a text to at most `most` bytes, between two words, since a part of a credential would not be recognised. Only a
 * word that is too long for a credential is cut inside.
 */
function wholeWords(text: string, most: number): string {
  const kept = cut(text, most);
  if (kept.length >= text.length) return kept;
  const end = Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\n'));
  return kept.length - end > LONGEST_WORD ? kept : kept.slice(0, Math.max(0, end));
}

/** Cuts a text to at most `bytes` bytes of UTF-8, between two characters. An unpaired surrogate becomes U+FFFD. */
export function cut(text: string, bytes: number): string {
  // Each character has at least one byte, so `bytes + 1` code units are enough.
  const encoded = new TextEncoder().encode(text.slice(0, bytes + 1));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded.subarray(0, bytes), { stream: true });
}
