/** Due times far from any change of a clock, against an evaluator of the tests' own. */
import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../../lib/rules/index.ts';
import { DENSE, differences, SPARSE } from './due-times-in.ts';
import { zoneClasses } from './wall-clock.ts';

const DAY = 24 * 3_600_000;

const cron = (expression: string, timezone: string): Schedule => ({ interval: DAY, cron: expression, timezone });

const UNCHANGED = zoneClasses().filter(({ clock }) => clock.changes().length === 0);

/** A Saturday at the turn of a month, and a Monday of the next year: no clock changes near them. */
const ORDINARY = ['2026-01-31', '2027-12-06'].map((day) => ({ from: Date.parse(day), to: Date.parse(day) + DAY }));

describe('the due times are those of an evaluator that walks by the minute', () => {
  const named = ({ clock, zones }: (typeof UNCHANGED)[number]) => [clock.timezone, zones.length, clock] as const;

  test.each(zoneClasses().map(named))(
    'on ordinary days, where an expression is due more often, in %s, and so in all %i zones whose clocks show the same',
    (timezone, _zones, clock) => {
      for (const form of DENSE) {
        for (const days of ORDINARY) expect(differences(cron(form, timezone), clock, days), form).toEqual([]);
      }
    },
  );

  test.each(UNCHANGED.map(named))(
    'in half a year, where a clock never changes, in %s, and so in all %i zones whose clocks show the same',
    (timezone, _zones, clock) => {
      const half = { from: Date.parse('2026-10-01'), to: Date.parse('2027-04-01') };
      for (const form of SPARSE) expect(differences(cron(form, timezone), clock, half), form).toEqual([]);
    },
  );
});
