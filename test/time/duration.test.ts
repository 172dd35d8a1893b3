import type ms from 'ms';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { briefly, type Duration, inSeconds, parseDuration } from '../../lib/time/index.ts';

describe('a written duration', () => {
  it('has the type of the texts that the package ms accepts, without naming that package', () => {
    expectTypeOf<Duration>().toEqualTypeOf<number | ms.StringValue>();
  });

  it.each([
    [1500, 1500],
    [0, 0],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['2 days', 172_800_000],
    ['-5m', -300_000],
  ])('%j is %i ms', (written, expected) => {
    expect(parseDuration(written)).toBe(expected);
  });

  it.each([
    '5',
    '',
    ' ',
    'soon',
    '5x',
    's',
    `${'9'.repeat(120)}s`,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    {},
    true,
  ])('%j is none', (written) => {
    expect(parseDuration(written)).toBeUndefined();
  });
});

describe('a duration as it is read', () => {
  it.each([
    [2000, '2'],
    [1500, '1.5'],
    [0, '0'],
    [86_400_000, '86400'],
  ])('%i ms is %s seconds', (milliseconds, expected) => {
    expect(inSeconds(milliseconds)).toBe(expected);
  });

  it.each([
    [0, '0ms'],
    [850.4, '850ms'],
    [1000, '1s'],
    [2449, '2.4s'],
    [99_900, '99.9s'],
    [100_000, '2m'],
    [300_000, '5m'],
    [6_000_000, '2h'],
    [93_600_000, '26h'],
    [356_400_000, '99h'],
    [360_000_000, '4d'],
    [31_536_000_000, '365d'],
  ])('%d ms is %s on a line', (milliseconds, expected) => {
    expect(briefly(milliseconds)).toBe(expected);
  });
});
