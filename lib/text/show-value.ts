import { UNSHOWABLE } from './bounds.ts';
import { tryRead } from './safe-read.ts';
import { escaped } from './visible.ts';

/**
 * Converts any value to text for a message. A text is quoted, so that `'5'` and `5` differ, and control characters are
 * escaped. Credentials are not masked. Never throws.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${escaped(value)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  return escaped(tryRead(() => JSON.stringify(value)) ?? UNSHOWABLE);
}
