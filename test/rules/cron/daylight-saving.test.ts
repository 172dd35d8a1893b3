/** Due times around the changes of the clock, against an evaluator of the tests' own. */
import { describe, expect, test } from 'vitest';
import { latestDue, nextDue, type Schedule } from '../../../lib/rules/index.ts';
import { differences, FORMS } from './due-times-in.ts';
import { changingZones, FROM, TO, zoneClasses } from './wall-clock.ts';

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

const CHANGING = zoneClasses().filter(({ clock }) => clock.changes().length > 0);

describe('around each change of the clock in two years the due times are those of an evaluator that walks by the minute', () => {
  test('in more than a hundred zones, one of which shifts by half an hour', () => {
    expect(changingZones().length).toBeGreaterThan(100);
    expect(changingZones()).toContain('Australia/Lord_Howe');
  });

  test.each(CHANGING.map(({ clock, zones }) => [clock.timezone, zones.length, clock] as const))(
    'for every form of expression in %s, and so in all %i zones whose clocks show the same',
    (timezone, _zones, clock) => {
      const changes = clock.changes().filter((change) => change >= FROM && change < TO);
      const stretches = changes.map((change) => ({ from: change - 3 * HOUR, to: change + 27 * HOUR }));

      expect(changes).not.toEqual([]);
      for (const form of FORMS) {
        for (const stretch of stretches) expect(differences(cron(form, timezone), clock, stretch), form).toEqual([]);
      }
    },
  );
});
