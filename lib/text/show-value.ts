import { UNSHOWABLE } from './bounds.ts';
import { tryRead } from './safe-read.ts';

/**
 * The value as a message shows it: text in quotes, so that `'5'` and `5` differ, control characters escaped. Never
 * throws, even for circular or endlessly nested values.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${escaped(value)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  return escaped(tryRead(() => JSON.stringify(value)) ?? UNSHOWABLE);
}

/** Everything that a terminal obeys, that moves text about, or that is half a character; a line's end included. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** The text with its control characters made visible, escaped as JSON escapes them. */
export function escaped(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const quoted = JSON.stringify(character).slice(1, -1);
    if (quoted !== character) return quoted;
    return [...new Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join('');
  });
}
