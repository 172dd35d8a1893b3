import { UNSHOWABLE } from './bounds.ts';
import { tryRead } from './safe-read.ts';

/**
 * The value as a message shows it: text in quotes, so that `'5'` and `5` differ. Never throws, even for circular or
 * endlessly nested values.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  return tryRead(() => JSON.stringify(value)) ?? UNSHOWABLE;
}
