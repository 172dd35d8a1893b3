/** What Scheduler is told of a service's schedule. */
import { describe, expect, test } from 'vitest';
import { deliveryOf, eventAge, scheduleFault, scheduleText, windowMinutes } from '../../infra/schedule-expression.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

describe('an interval', () => {
  const rendered: readonly (readonly [string, number, string])[] = [
    ['10 s: a firing a minute', 10 * SECOND, 'cron(* * * * ? *)'],
    ['7 s, which divides nothing: a firing a minute', 7 * SECOND, 'cron(* * * * ? *)'],
    ['1 min', MINUTE, 'cron(* * * * ? *)'],
    ['5 min, which divides an hour', 5 * MINUTE, 'cron(0/5 * * * ? *)'],
    ['30 min, which divides an hour', 30 * MINUTE, 'cron(0/30 * * * ? *)'],
    ['1 h', HOUR, 'cron(0 * * * ? *)'],
    ['6 h, which divides a day', 6 * HOUR, 'cron(0 0/6 * * ? *)'],
    ['1 day', DAY, 'cron(0 0 * * ? *)'],
    ['7 min, which divides nothing', 7 * MINUTE, 'rate(7 minutes)'],
    ['90 min, which divides a day but not by hours', 90 * MINUTE, 'rate(90 minutes)'],
    ['5 h, which does not divide a day', 5 * HOUR, 'rate(5 hours)'],
    ['2 days', 2 * DAY, 'rate(2 days)'],
    ['36 h', 36 * HOUR, 'rate(36 hours)'],
    ['366 days, the longest', 366 * DAY, 'rate(366 days)'],
  ];
  test.each(rendered)('an interval of %s is expressed like this', (_words, interval, expression) => {
    expect(scheduleFault({ interval })).toBeUndefined();
    expect(scheduleText({ interval })).toEqual({ expression, timezone: 'UTC' });
  });

  test('an interval above a minute that is no whole minutes can not be expressed', () => {
    expect(scheduleFault({ interval: 90 * SECOND })).toBe(
      'interval: expected whole minutes where it is above one, got 90 s',
    );
  });
});

describe('a cron expression', () => {
  test('is passed through in its time zone, whatever the interval beside it', () => {
    const schedule = { interval: 90 * SECOND, cron: '0 9 ? * MON-FRI *', timezone: 'Europe/Berlin' };

    expect(scheduleFault(schedule)).toBeUndefined();
    expect(scheduleText(schedule)).toEqual({ expression: 'cron(0 9 ? * MON-FRI *)', timezone: 'Europe/Berlin' });
  });

  test('a cron expression without a time zone is in UTC', () => {
    expect(scheduleText({ interval: HOUR, cron: '0 * * * ? *' })).toEqual({
      expression: 'cron(0 * * * ? *)',
      timezone: 'UTC',
    });
  });
});

describe('the flexible window', () => {
  const windows: readonly (readonly [string, number, number | undefined, number])[] = [
    ['none without jitter', HOUR, undefined, 0],
    ['0.3 of 10 minutes', 10 * MINUTE, 0.3, 3],
    ['whole minutes only', 5 * MINUTE, 0.5, 2],
    ['none where the part is below a minute', 2 * MINUTE, 0.3, 0],
    ['a day at most', 10 * DAY, 0.5, 1_440],
    ['none for a firing that owns several slots', 30_000, 3, 0],
  ];
  test.each(windows)('is %s', (_words, interval, jitterRange, minutes) => {
    expect(windowMinutes({ interval }, jitterRange)).toBe(minutes);
  });
});

describe('a firing', () => {
  const bounds: readonly (readonly [string, number, number, number, number])[] = [
    ['10 s', 10 * SECOND, 60, 2, 60],
    ['1 min', MINUTE, 60, 2, 60],
    ['5 min', 5 * MINUTE, 300, 5, 300],
    ['6 h', 6 * HOUR, 21_600, 185, 21_600],
    ['12 h', 12 * HOUR, 43_200, 185, 21_600],
    ['7 days', 7 * DAY, 86_400, 185, 21_600],
  ];
  test.each(bounds)(
    'a firing of an interval of %s is given up when the next is due, within the bounds of AWS',
    (_words, interval, age, retries, inLambda) => {
      expect(deliveryOf({ interval })).toEqual({ maximumAge: age * SECOND, retries });
      expect(eventAge({ interval })).toBe(inLambda * SECOND);
    },
  );

  const crons: readonly (readonly [string, string, number, number, number])[] = [
    ['every 10 minutes', '0/10 * * * ? *', 600, 10, 600],
    ['at 0, 5 and 50 of the hour', '0,5,50 * * * ? *', 2_700, 45, 2_700],
    ['every 6 hours', '0 0/6 * * ? *', 21_600, 185, 21_600],
    ['every 10 minutes of the hours from 4 to 23', '0/10 4-23 * * ? *', 15_000, 185, 15_000],
    ['daily', '0 9 * * ? *', 86_400, 185, 21_600],
    ['on Mondays', '0 9 ? * MON *', 86_400, 185, 21_600],
  ];
  test.each(crons)(
    'a firing of a cron %s is given up after its longest gap, whatever its interval is',
    (_words, cron, age, retries, inLambda) => {
      const schedule = { cron, timezone: 'Europe/Berlin', interval: 5 * MINUTE };

      expect(deliveryOf(schedule)).toEqual({ maximumAge: age * SECOND, retries });
      expect(eventAge(schedule)).toBe(inLambda * SECOND);
    },
  );
});
