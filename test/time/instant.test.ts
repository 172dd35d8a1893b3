import { describe, expect, it } from 'vitest';
import { parseHttpDate, parseInstant, parseInstantUp, timeOfDay, toIso } from '../../lib/time/index.ts';

describe('an instant', () => {
  it('is written in ISO 8601 with milliseconds, in UTC', () => {
    expect(toIso(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123Z');
    expect(timeOfDay(1_700_000_000_123)).toBe('22:13:20');
  });

  it.each([
    ['2023-11-14T22:13:20.123Z', 1_700_000_000_123],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['2023-11-14T22:13Z', 1_699_999_980_000],
    ['2023-11-14T22:13:20.123456+00:00', 1_700_000_000_123],
    ['2023-11-14T23:13:20+01:00', 1_700_000_000_000],
    ['2023-11-14T23:13:20+0100', 1_700_000_000_000],
  ])('is read from %s', (written, expected) => {
    expect(parseInstant(written)).toBe(expected);
  });

  it.each([
    '2023-11-14T22:13:20',
    '2023-11-14',
    '2023-13-14T22:13:20Z',
    '2023-11-14T25:13:20Z',
    'Tue, 14 Nov 2023 22:13:20 GMT',
    'now',
    '',
    1_700_000_000_000,
    null,
    undefined,
  ])('is not read from %j', (written) => {
    expect(parseInstant(written)).toBeUndefined();
  });

  it.each([
    ['2023-11-14T22:13:20.123Z', 1_700_000_000_123],
    ['2023-11-14T22:13:20.123000Z', 1_700_000_000_123],
    ['2023-11-14T22:13:20.123000001Z', 1_700_000_000_124],
    ['2023-11-14T22:13:20.123456+00:00', 1_700_000_000_124],
    ['2023-11-14T22:13:20.999999Z', 1_700_000_001_000],
    ['2023-11-14T22:13:20.1Z', 1_700_000_000_100],
    ['1969-12-31T23:59:59.999500Z', 0],
    ['now', undefined],
  ])('is rounded up to milliseconds where it must not come early: %s', (written, expected) => {
    expect(parseInstantUp(written)).toBe(expected);
  });

  it('is read from the date of an HTTP header', () => {
    expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(784_111_777_000);
    expect(parseHttpDate('soon')).toBeUndefined();
  });
});
