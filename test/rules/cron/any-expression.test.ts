/** Due times of any expression, in zones that change their clock, against an evaluator of the tests' own. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latestDue, nextDue, type Schedule } from '../../../lib/rules/index.ts';
import { SEED } from '../../support/seed.ts';
import { dueByTheMinute } from './by-the-minute.ts';
import { changingZones, FROM, TO, WallClock, YEARS } from './wall-clock.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const cron = (expression: string, timezone: string): Schedule => ({ interval: DAY, cron: expression, timezone });
const at = (iso: string) => Date.parse(iso);

describe('for any expression, zone and instant in two years', () => {
  const list = (least: number, most: number) => {
    const value = fc.integer({ min: least, max: most });
    const range = fc.tuple(value, value).map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`);
    const stepped = fc
      .tuple(fc.oneof(value.map(String), range), fc.integer({ min: 1, max: most - least }))
      .map(([base, step]) => `${base}/${step}`);
    return fc
      .array(fc.oneof(value.map(String), range, stepped), { minLength: 1, maxLength: 3 })
      .map((items) => items.join(','));
  };
  const weekday = fc.constantFrom('*', 'SUN', '1L', '1#2', 'SAT-SAT', 'L', '1,7', 'MON-FRI');
  const days = fc.oneof(
    fc.oneof(fc.constantFrom('*', 'L', 'LW', '1W', '28W'), list(1, 31)).map((day) => [day, '?']),
    weekday.map((day) => ['?', day]),
  );
  const expression = fc
    .tuple(
      list(0, 59),
      fc.oneof(fc.constant('*'), list(0, 4), list(0, 23)),
      days,
      fc.oneof(fc.constant('*'), list(3, 11)),
    )
    .map(([minutes, hours, [day = '', ofWeek = ''], months]) => `${minutes} ${hours} ${day} ${months} ${ofWeek} *`);
  const clocks = new Map<string, WallClock>();
  const clockOf = (timezone: string) => {
    const clock = clocks.get(timezone) ?? new WallClock(timezone, YEARS);
    clocks.set(timezone, clock);
    return clock;
  };
  const zone = fc.constantFrom(...changingZones().filter((_, index) => index % 4 === 0), 'Australia/Lord_Howe');
  const instant = fc.tuple(
    zone,
    fc.nat(),
    fc.integer({ min: -3 * 60, max: 5 * 60 }),
    fc.integer({ min: 0, max: 59_999 }),
  );

  test('the next and the latest due time are those of the evaluator', () => {
    fc.assert(
      fc.property(expression, instant, (form, [timezone, index, minutes, milliseconds]) => {
        const clock = clockOf(timezone);
        const changes = clock.changes().filter((change) => change > FROM + 3 * DAY && change < TO - 3 * DAY);
        const change = changes[index % changes.length] ?? at('2027-03-01T00:00:00Z');
        const now = change + minutes * MINUTE + milliseconds;
        const around = { from: change - DAY, to: change + 2 * DAY };
        const expected = dueByTheMinute(form, clock, around);
        const schedule = cron(form, timezone);
        const next = nextDue(schedule, now);
        const latest = latestDue(schedule, now);
        expect(next !== undefined && next < around.to ? next : undefined).toBe(expected.find((due) => due > now));
        expect(latest !== undefined && latest >= around.from ? latest : undefined).toBe(
          expected.findLast((due) => due <= now),
        );
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
