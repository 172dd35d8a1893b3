import { UNSHOWABLE } from './bounds.ts';
import { tryRead } from './safe-read.ts';
import { escaped } from './visible.ts';

/**
 * Converts a value to text for a message: a text in quotes, so that `'5'` and `5` differ, with control characters
 * escaped. Credentials are not masked. Never throws, even for circular or endlessly nested values.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${escaped(value)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  return escaped(tryRead(() => JSON.stringify(value)) ?? UNSHOWABLE);
}
