import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countedDue,
  cronFault,
  floorToGrid,
  hasSlots,
  latestDue,
  nextDue,
  notBeforeAfter,
  type Schedule,
  slotsOf,
} from '../../lib/rules/index.ts';

const at = (iso: string) => Date.parse(iso);
const every = (interval: number): Schedule => ({ interval });
const cron = (expression: string, timezone = 'UTC'): Schedule => ({ interval: 86_400_000, cron: expression, timezone });

/** The first `count` due times after an instant. */
function dueTimes(schedule: Schedule, after: string, count: number): string[] {
  const times: string[] = [];
  for (let now: number | undefined = at(after); times.length < count && now !== undefined; ) {
    now = nextDue(schedule, now);
    times.push(now === undefined ? 'never' : new Date(now).toISOString().replace(':00.000Z', 'Z'));
  }
  return times;
}

it('is never due again where every due time to come falls into the gap of daylight saving', () => {
  const lastSundayOfMarch = cron('30 2 ? 3 1L *', 'Europe/Berlin');

  expect(nextDue(lastSundayOfMarch, at('2026-11-22T06:00:00Z'))).toBeUndefined();
  // Before there was daylight saving in the whole of Europe it was on another day.
  expect(latestDue(lastSundayOfMarch, at('2026-11-22T06:00:00Z'))).toBe(at('1980-03-30T01:30:00Z'));
});

describe('the grid of an interval', () => {
  it.each([
    [300_000, '2026-03-01T12:07:31.250Z', '2026-03-01T12:05:00Z', '2026-03-01T12:10:00Z'],
    [300_000, '2026-03-01T12:05:00.000Z', '2026-03-01T12:05:00Z', '2026-03-01T12:10:00Z'],
    [300_000, '2026-03-01T12:04:59.999Z', '2026-03-01T12:00:00Z', '2026-03-01T12:05:00Z'],
    [5000, '2026-03-01T12:00:07Z', '2026-03-01T12:00:05Z', '2026-03-01T12:00:10Z'],
    [86_400_000, '2026-03-01T12:00:00Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
  ])('an interval of %i ms has at %s the latest due time %s and the next %s', (interval, now, latest, next) => {
    expect(latestDue(every(interval), at(now))).toBe(at(latest));
    expect(nextDue(every(interval), at(now))).toBe(at(next));
  });

  it('takes its phase from a known tick where the interval does not divide a day', () => {
    const schedule = every(420_000);
    const knownTick = at('2026-03-01T12:03:00Z');
    expect(floorToGrid(schedule, at('2026-03-01T12:16:59Z'), knownTick)).toBe(at('2026-03-01T12:10:00Z'));
    expect(nextDue(schedule, at('2026-03-01T12:16:59Z'), knownTick)).toBe(at('2026-03-01T12:17:00Z'));
    expect(latestDue(schedule, at('2026-03-01T12:02:59Z'), knownTick)).toBe(at('2026-03-01T11:56:00Z'));
  });

  it('takes it too where the interval divides a day, but neither an hour nor whole hours of the day', () => {
    const knownTick = at('2026-03-01T12:40:00Z');
    expect(nextDue(every(5_400_000), at('2026-03-01T12:40:00Z'), knownTick)).toBe(at('2026-03-01T14:10:00Z'));
  });

  it('does not take it from one where it does: such a schedule is aligned', () => {
    expect(floorToGrid(every(300_000), at('2026-03-01T12:07:00Z'), at('2026-03-01T12:01:00Z'))).toBe(
      at('2026-03-01T12:05:00Z'),
    );
  });

  it('holds the latest due time at or before now and the next after it, an interval apart', () => {
    const instants = fc.integer({ min: 0, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90_000_000 }), instants, instants, (interval, now, knownTick) => {
        const latest = latestDue(every(interval), now, knownTick) ?? Number.NaN;
        expect(latest).toBeLessThanOrEqual(now);
        expect(now - latest).toBeLessThan(interval);
        expect(nextDue(every(interval), now, knownTick)).toBe(latest + interval);
      }),
    );
  });
});

describe('a cron expression in the form of AWS', () => {
  it.each([
    ['0/15 * * * ? *', ['2026-01-01T00:15Z', '2026-01-01T00:30Z', '2026-01-01T00:45Z']],
    ['*/30 * * * ? *', ['2026-01-01T00:30Z', '2026-01-01T01:00Z', '2026-01-01T01:30Z']],
    ['0 8 ? * MON-FRI *', ['2026-01-01T08:00Z', '2026-01-02T08:00Z', '2026-01-05T08:00Z']],
    ['0 8 ? * 2-6 *', ['2026-01-01T08:00Z', '2026-01-02T08:00Z', '2026-01-05T08:00Z']],
    ['0 8 ? * 1 *', ['2026-01-04T08:00Z', '2026-01-11T08:00Z', '2026-01-18T08:00Z']],
    ['0 9 ? * 2#1 *', ['2026-01-05T09:00Z', '2026-02-02T09:00Z', '2026-03-02T09:00Z']],
    ['0 0 L * ? *', ['2026-01-31T00:00Z', '2026-02-28T00:00Z', '2026-03-31T00:00Z']],
    ['15 10 ? * 6L 2026', ['2026-01-30T10:15Z', '2026-02-27T10:15Z', '2026-03-27T10:15Z']],
    ['0 0 31 12 ? 2026', ['2026-12-31T00:00Z', 'never']],
  ])('%s', (expression, expected) => {
    expect(cronFault(expression, 'UTC')).toBeUndefined();
    expect(dueTimes(cron(expression), '2026-01-01T00:00:00Z', expected.length)).toEqual(expected);
  });

  it('knows its latest due time, on the minute and off it', () => {
    const schedule = cron('30 2 * * ? *');
    expect(latestDue(schedule, at('2026-05-02T02:30:00.000Z'))).toBe(at('2026-05-02T02:30:00Z'));
    expect(latestDue(schedule, at('2026-05-02T02:29:59.999Z'))).toBe(at('2026-05-01T02:30:00Z'));
    expect(latestDue(schedule, at('2026-05-02T17:00:00.000Z'))).toBe(at('2026-05-02T02:30:00Z'));
  });

  it('has no latest due time before it was due for the first time', () => {
    expect(latestDue(cron('0 0 1 1 ? 2030'), at('2029-12-31T23:59:59.999Z'))).toBeUndefined();
    expect(latestDue(cron('0 0 1 1 ? 2030'), at('2030-01-01T00:00:00Z'))).toBe(at('2030-01-01T00:00:00Z'));
  });

  it('a run without a tick counts from its start then, on the grid of the interval', () => {
    const notYet: Schedule = { interval: 3_600_000, cron: '0 0 1 1 ? 2030', timezone: 'Europe/Berlin' };

    expect(countedDue(notYet, at('2026-05-02T17:31:07Z'))).toBe(at('2026-05-02T17:00:00Z'));
    expect(countedDue(notYet, at('2026-05-02T17:31:07Z'), at('2026-05-02T16:10:00Z'))).toBe(at('2026-05-02T17:00:00Z'));
    expect(countedDue({ ...notYet, cron: '0 8 * * ? *' }, at('2026-05-02T17:31:07Z'))).toBe(at('2026-05-02T06:00:00Z'));
    expect(countedDue(every(420_000), at('2026-03-01T12:16:59Z'), at('2026-03-01T12:03:00Z'))).toBe(
      at('2026-03-01T12:10:00Z'),
    );
  });

  it.each([
    ['* * * * *', 'UTC', 'six fields are needed: minutes, hours, day of month, month, day of week, year'],
    ['0 0 8 * * ? *', 'UTC', 'six fields are needed: minutes, hours, day of month, month, day of week, year'],
    ['0 8 * * * *', 'UTC', 'one of day of month and day of week has to be ?'],
    ['0 8 ? * ? *', 'UTC', 'one of day of month and day of week has to be ?'],
    ['0 0 31 2 ? *', 'UTC', 'it is never due'],
    ['61 * * * ? *', 'UTC', "minutes: expected values from 0 to 59, got '61'"],
    ['0 8 * * ? *', 'Europe/Nowhere', 'Europe/Nowhere'],
  ])('%s in %s is refused: %s', (expression, timezone, fault) => {
    expect(cronFault(expression, timezone)).toContain(fault);
  });
});

describe('daylight saving in Europe/Berlin', () => {
  const daily = cron('30 2 * * ? *', 'Europe/Berlin');

  it('skips the time that the spring leaves out, as AWS does', () => {
    expect(dueTimes(daily, '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-30T00:30Z',
      '2026-03-31T00:30Z',
    ]);
    expect(latestDue(daily, at('2026-03-29T12:00:00Z'))).toBe(at('2026-03-28T01:30:00Z'));
  });

  it('runs once at the time that the autumn has twice', () => {
    expect(dueTimes(daily, '2026-10-23T12:00:00Z', 4)).toEqual([
      '2026-10-24T00:30Z',
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
      '2026-10-27T01:30Z',
    ]);
    expect(latestDue(daily, at('2026-10-25T12:00:00Z'))).toBe(at('2026-10-25T00:30:00Z'));
  });

  it('keeps a daily service at its time of day', () => {
    expect(dueTimes(cron('0 8 * * ? *', 'Europe/Berlin'), '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T07:00Z',
      '2026-03-29T06:00Z',
      '2026-03-30T06:00Z',
    ]);
  });

  it('does not let a trip skip a tick too many when a day has 23 hours', () => {
    const schedule = cron('0 8 * * ? *', 'Europe/Berlin');
    const due = at('2026-03-28T07:00:00Z');
    const notBefore = notBeforeAfter(schedule, due, 2 * 86_400_000);
    expect(notBefore).toBe(at('2026-03-29T19:00:00Z'));
    const ticks = dueTimes(schedule, '2026-03-28T07:00:00Z', 3).map(at);
    expect(ticks.filter((tick) => tick < notBefore)).toEqual([at('2026-03-29T06:00:00Z')]);
  });
});

describe('backing off on the grid', () => {
  it.each([
    [1, 1],
    [2, 3],
    [3, 7],
    [4, 15],
    [5, 31],
    [6, 63],
  ])('backing off after trip %i skips exactly %i ticks', (trips, skipped) => {
    for (const interval of [5000, 60_000, 420_000, 3_600_000]) {
      const due = 1_700_000_000_000 - (1_700_000_000_000 % interval);
      const notBefore = notBeforeAfter(every(interval), due, interval * 2 ** trips);
      const ticks = Array.from({ length: 100 }, (_, index) => due + (index + 1) * interval);
      expect(ticks.filter((tick) => tick < notBefore).length).toBe(skipped);
    }
  });

  it('rounds a capped interval to the grid, and waits for one tick at least', () => {
    expect(notBeforeAfter(every(60_000), 0, 100_000)).toBe(120_000);
    expect(notBeforeAfter(every(60_000), 0, 80_000)).toBe(60_000);
    expect(notBeforeAfter(every(60_000), 0, 10)).toBe(60_000);
  });

  it('takes half an interval off where the gaps vary', () => {
    expect(notBeforeAfter(cron('0 8 * * ? *'), 0, 2 * 86_400_000)).toBe(1.5 * 86_400_000);
  });
});

describe('the slots of a firing', () => {
  it('are what a service below a minute has', () => {
    expect([59_999, 60_000].map((interval) => hasSlots(every(interval)))).toEqual([true, false]);
    expect(hasSlots({ interval: 5000, cron: '* * * * ? *' })).toBe(false);
  });

  it('lie a slack after the minute, for a minute', () => {
    const firing = at('2026-03-01T12:00:00Z');
    const times = (slack: number) => slotsOf(every(20_000), firing, slack).map((slot) => new Date(slot).toISOString());
    expect(times(60_000)).toEqual(['2026-03-01T12:01:00.000Z', '2026-03-01T12:01:20.000Z', '2026-03-01T12:01:40.000Z']);
    expect(times(0)).toEqual(['2026-03-01T12:00:00.000Z', '2026-03-01T12:00:20.000Z', '2026-03-01T12:00:40.000Z']);
  });

  const intervals = fc.integer({ min: 1000, max: 59_999 });
  const minutes = fc.integer({ min: 0, max: 30_000_000 }).map((minute) => minute * 60_000);

  it('the slots of successive minutes neither overlap nor leave a gap, for any interval below a minute', () => {
    fc.assert(
      fc.property(intervals, minutes, fc.constantFrom(0, 60_000), (interval, first, slack) => {
        const slots = Array.from({ length: 10 }, (_, n) => slotsOf(every(interval), first + n * 60_000, slack)).flat();
        const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0));
        expect(new Set(gaps)).toEqual(new Set([interval]));
        expect(slots.every((slot) => slot % interval === 0)).toBe(true);
        expect(slots[0]).toBeGreaterThanOrEqual(first + slack);
        expect(slots[0]).toBeLessThan(first + slack + interval);
        expect(slots.at(-1)).toBeGreaterThanOrEqual(first + slack + 600_000 - interval);
        expect(slots.at(-1)).toBeLessThan(first + slack + 600_000);
      }),
    );
  });

  it('are all still ahead of a delivery 0 to 59 s late: none is lost, none is run twice', () => {
    const lateness = fc.array(fc.integer({ min: 0, max: 59_000 }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(intervals, minutes, lateness, (interval, first, lates) => {
        const runs = lates.flatMap((late, n) => {
          const firing = first + n * 60_000;
          return slotsOf(every(interval), firing, 60_000).filter((slot) => slot >= firing + late);
        });
        const from = first + 60_000;
        const grid: number[] = [];
        for (let slot = Math.ceil(from / interval) * interval; slot < from + 30 * 60_000; slot += interval)
          grid.push(slot);
        expect(runs).toEqual(grid);
      }),
    );
  });
});
