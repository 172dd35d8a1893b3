/** The wall clock of every zone in two years, as the product reads it and as the tests read it. */
import { describe, expect, test } from 'vitest';
import { zoneOffset } from '../../../lib/time/index.ts';
import { QUARTER, WallClock, YEARS, ZONES, zoneClasses } from './wall-clock.ts';

const DAY = 24 * 3_600_000;

/** Each day, and each quarter of an hour of the days around a change of the clock. */
function instantsOf(clock: WallClock): number[] {
  const days = Math.floor((YEARS.to - YEARS.from) / DAY);
  const around = clock
    .changes()
    .flatMap((change) => Array.from({ length: 2 * 96 }, (_, index) => change - DAY + index * QUARTER));
  return [...Array.from({ length: days }, (_, day) => YEARS.from + day * DAY), ...around];
}

describe('zones of one class may stand for each other, since the due times follow from the wall clock alone', () => {
  test('every zone is in one class', () => {
    expect(
      zoneClasses()
        .flatMap(({ zones }) => zones)
        .sort(),
    ).toEqual([...ZONES].sort());
  });

  test.each(zoneClasses().map(({ clock, zones }) => [clock.timezone, zones, clock] as const))(
    'the product reads the clock of %s, and of each zone of its class, as it is',
    (_timezone, zones, clock) => {
      const instants = instantsOf(clock);
      const expected = instants.map((instant) => clock.at(instant) - instant);
      for (const zone of zones) {
        expect(
          instants.map((instant) => zoneOffset(zone, instant)),
          zone,
        ).toEqual(expected);
      }
    },
  );

  test('a clock that changes differs from one that does not, and a table shows each change', () => {
    const [berlin, lagos] = [new WallClock('Europe/Berlin', YEARS), new WallClock('Africa/Lagos', YEARS)];

    expect(lagos.table()).toBe(`${YEARS.from} 3600000`);
    expect(berlin.changes().map((change) => new Date(change).toISOString())).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2027-03-28T01:00:00.000Z',
      '2027-10-31T01:00:00.000Z',
    ]);
  });
});
