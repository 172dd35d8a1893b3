/** How often a service is due and invoked in a month of 730 hours. */
import { describe, expect, test } from 'vitest';
import { paceOf } from '../../../infra/cost/index.ts';

describe('ticks a month', () => {
  test.each([
    ['a minute', 60_000, 43_800],
    ['10 seconds', 10_000, 262_800],
    ['5 minutes', 300_000, 8_760],
    ['an hour', 3_600_000, 730],
    ['7 minutes', 420_000, 6_257.142857],
  ])('an interval of %s is counted', (_interval, interval, ticks) => {
    expect(paceOf({ interval }).ticks).toBeCloseTo(ticks, 5);
  });

  test.each([
    ['every day', '0 3 * * ? *', 30.416667],
    ['every weekday of 2026, which has 261', '0 9 ? * MON-FRI *', 21.75],
    ['every first of a month', '0 0 1 * ? *', 1],
    ['every minute', '* * * * ? *', 43_800],
    ['every quarter of an hour', '0/15 * * * ? *', 2_920],
  ])('a cron expression that is due %s is counted', (_due, cron, ticks) => {
    expect(paceOf({ interval: 3_600_000, cron }).ticks).toBeCloseTo(ticks, 5);
  });

  test('a time zone whose clocks change leaves no day out', () => {
    expect(paceOf({ interval: 86_400_000, cron: '0 12 * * ? *', timezone: 'Europe/Berlin' }).ticks).toBeCloseTo(
      30.416667,
      5,
    );
  });
});

describe('invocations a month', () => {
  test('are as many as ticks from a minute on, and wait for nothing', () => {
    expect(paceOf({ interval: 60_000 })).toEqual({ ticks: 43_800, firings: 43_800, spanSeconds: 0 });
    expect(paceOf({ interval: 300_000 })).toEqual({ ticks: 8_760, firings: 8_760, spanSeconds: 0 });
  });

  test('come once a minute below that, and last to the last tick of the minute after', () => {
    expect(paceOf({ interval: 10_000 })).toEqual({ ticks: 262_800, firings: 43_800, spanSeconds: 110 });
  });
});
