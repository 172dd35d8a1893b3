import { UNSHOWABLE } from './bounds.ts';
import { tryRead } from './safe-read.ts';
import { escaped } from './visible.ts';

/**
 * Shows a value in a message: text in quotes, so that `'5'` and `5` differ, with control characters escaped. Never
 * throws, even for circular or endlessly nested values.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${escaped(value)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  return escaped(tryRead(() => JSON.stringify(value)) ?? UNSHOWABLE);
}
