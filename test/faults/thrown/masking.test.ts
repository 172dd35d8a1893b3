/** What gives a credential away is masked, and what only looks like it is left alone. */
import { describe, expect, it } from 'vitest';
import { mask } from '../../../lib/text/index.ts';
import { HARMLESS, LEAKS } from './secrets.ts';

describe('masking', () => {
  it.each(LEAKS)('hides $what', ({ text, secrets }) => {
    const masked = mask(text);

    expect(secrets.filter((secret) => !text.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => masked.includes(secret))).toEqual([]);
    expect(mask(masked)).toBe(masked);
  });

  it.each(HARMLESS)('leaves alone: %s', (text) => {
    expect(mask(text)).toBe(text);
  });
});
