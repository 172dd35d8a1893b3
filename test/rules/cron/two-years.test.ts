/** Due times over two whole years, against an evaluator of the tests' own. */
import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../../lib/rules/index.ts';
import { differences, SPARSE } from './due-times-in.ts';
import { FROM, TO, zoneClasses } from './wall-clock.ts';

const DAY = 24 * 3_600_000;

const cron = (expression: string, timezone: string): Schedule => ({ interval: DAY, cron: expression, timezone });

const CHANGING = zoneClasses().filter(({ clock }) => clock.changes().length > 0);

describe('in two whole years the due times are those of an evaluator that walks by the minute', () => {
  test.each(CHANGING.map(({ clock, zones }) => [clock.timezone, zones.length, clock] as const))(
    'where an expression is due once a day at most, in %s, and so in all %i zones whose clocks show the same',
    (timezone, _zones, clock) => {
      for (const form of SPARSE)
        expect(differences(cron(form, timezone), clock, { from: FROM, to: TO }), form).toEqual([]);
    },
  );
});
