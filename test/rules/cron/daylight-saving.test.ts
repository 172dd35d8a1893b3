/** Due times around the changes of the clock, against an evaluator of the tests' own. */
import { describe, expect, test } from 'vitest';
import { latestDue, nextDue, type Schedule } from '../../../lib/rules/index.ts';
import { CHANGING, dueByTheMinute, FROM, type Stretch, TO, WallClock, YEARS } from './by-the-minute.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const cron = (expression: string, timezone: string): Schedule => ({ interval: DAY, cron: expression, timezone });
const at = (iso: string) => Date.parse(iso);
const iso = (instant: number | undefined) => (instant === undefined ? 'never' : new Date(instant).toISOString());

describe('a wall time that daylight saving repeats is due once, the first time', () => {
  test.each([
    ['30 2 * * ? *', '2027-10-31T00:30:00Z', '2027-11-01T01:30:00.000Z'],
    ['30 2,14 * * ? *', '2027-10-31T00:30:00Z', '2027-10-31T13:30:00.000Z'],
    ['0/30 2 * * ? *', '2027-10-31T00:30:00Z', '2027-11-01T01:00:00.000Z'],
    ['30 * * * ? *', '2027-10-31T00:30:00Z', '2027-10-31T02:30:00.000Z'],
    ['* * * * ? *', '2027-10-31T00:59:00Z', '2027-10-31T02:00:00.000Z'],
    ['30 2-3 ? * SUN *', '2027-10-31T00:30:00Z', '2027-10-31T02:30:00.000Z'],
  ])('%s in Berlin is due after %s at %s', (expression, after, due) => {
    expect(iso(nextDue(cron(expression, 'Europe/Berlin'), at(after)))).toBe(due);
  });

  test('also where the latest due time is asked for in the repeated hour', () => {
    expect(iso(latestDue(cron('0/10 2 * * ? *', 'Europe/Berlin'), at('2027-10-31T01:15:00Z')))).toBe(
      '2027-10-31T00:50:00.000Z',
    );
  });

  test('also where the clock is set back by half an hour', () => {
    // On 2027-04-04 at 02:00 it is 01:30 again on Lord Howe Island.
    const everyQuarter = cron('0/15 1 * * ? *', 'Australia/Lord_Howe');

    expect(iso(nextDue(everyQuarter, at('2027-04-03T14:30:00Z')))).toBe('2027-04-03T14:45:00.000Z');
    expect(iso(nextDue(everyQuarter, at('2027-04-03T14:45:00Z')))).toBe('2027-04-04T14:30:00.000Z');
  });
});

/** Expressions of every form. */
const FORMS = [
  ...[
    '30 2 * * ? *',
    '30 2,14 * * ? *',
    '0/30 2 * * ? *',
    '*/20 1-3 * * ? *',
    '0 0-23/3 * * ? *',
    '15,45 0,1,23 * * ? *',
  ],
  ...[
    '59 23 L * ? *',
    '0 0 ? * 1L *',
    '5 1 ? MAR,OCT,NOV SUN *',
    '0 3 ? * 1#1 *',
    '30 0 LW * ? *',
    '20 2 29 3 ? 2026-2027',
  ],
  ...['45 1 3W 4,10,11 ? *', '10-50/20 2 1-7 * ? *', '* 2 ? * L *', '0 * ? * SUN-MON 2027', '* * * * ? *'],
];

/** A day and some hours around each change of the clock, or any one where there is none. */
function stretchesOf(clock: WallClock): Stretch[] {
  const changes = clock.changes().filter((change) => change > FROM + 3 * DAY && change < TO - 3 * DAY);
  return (changes.length === 0 ? [at('2027-10-31T00:00:00Z')] : changes).map((change) => ({
    from: change - 3 * HOUR,
    to: change + 27 * HOUR,
  }));
}

/** The due times in the stretch by the product. */
function dueWithin(schedule: Schedule, { from, to }: Stretch): number[] {
  const due: number[] = [];
  for (let next = nextDue(schedule, from - 1); next !== undefined && next < to; next = nextDue(schedule, next))
    due.push(next);
  return due;
}

/** All forms in the two zones of the tests above; elsewhere two, which together are all of them. */
function formsFor(timezone: string): readonly string[] {
  if (['Australia/Lord_Howe', 'Europe/Berlin'].includes(timezone)) return FORMS;
  const first = [...timezone].reduce((sum, character) => sum + character.charCodeAt(0), 0);
  return [0, 8].map((step) => FORMS[(first + step) % FORMS.length] ?? '');
}

describe('around each change of the clock in two years the due times are those of an evaluator that walks by the minute', () => {
  test('in more than a hundred zones, one of which shifts by half an hour', () => {
    expect(CHANGING.length).toBeGreaterThan(100);
    expect(CHANGING).toContain('Australia/Lord_Howe');
  });

  test.each(['UTC', 'Asia/Calcutta', ...CHANGING])('in %s', (timezone) => {
    const clock = new WallClock(timezone, YEARS);
    for (const [form, stretch] of formsFor(timezone).flatMap((each) =>
      stretchesOf(clock).map((at) => [each, at] as const),
    )) {
      const expected = dueByTheMinute(form, clock, stretch);
      const schedule = cron(form, timezone);
      expect(dueWithin(schedule, stretch), form).toEqual(expected);
      for (const now of [...expected.slice(0, 3), stretch.from + 4 * HOUR, stretch.to - 1]) {
        const latest = expected.findLast((due) => due <= now);
        if (latest !== undefined) expect(latestDue(schedule, now), `${form} at ${iso(now)}`).toBe(latest);
      }
    }
  });
});
