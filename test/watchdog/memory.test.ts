import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEVER_RUN, type ServiceState } from '../../lib/rules/index.ts';
import { UnreadableStateError } from '../../lib/service/index.ts';
import type { Found, WatchedService } from '../../lib/watchdog/index.ts';
import { floorOf, type Memory, readCursor, updateMemory, writeCursor } from '../../lib/watchdog/memory.ts';

const FIRST = 1_760_000_400_000;
const LATER = FIRST + 300_000;

const watched = (...names: readonly string[]): WatchedService[] =>
  names.map((name) => ({ name, schedule: { interval: 86_400_000 }, grace: 120_000 }));
const LIST = watched('a', 'b', 'c');

const ticked = (lastTick: number): ServiceState => ({ ...NEVER_RUN, lastTick });
const paused: ServiceState = {
  ...NEVER_RUN,
  lastTick: FIRST - 999_999,
  pause: { at: FIRST, reason: 'freeze', by: 'ann' },
};

/** The memory after checks that found these states, each 5 minutes after the one before, by way of the cursor. */
function checks(list: readonly WatchedService[], ...seen: readonly Record<string, Found>[]): Memory {
  let cursor: string | undefined;
  for (const [index, found] of seen.entries()) {
    const now = FIRST + index * 300_000;
    cursor = writeCursor(updateMemory(readCursor(cursor, list, now), new Map(Object.entries(found)), now), [], list);
  }
  return readCursor(cursor, list, FIRST + seen.length * 300_000);
}

test('due times count from the first look, and a later look changes nothing of that', () => {
  const memory = checks(LIST, { a: ticked(FIRST - 5) }, { a: ticked(FIRST - 5) });

  expect([memory.floor, floorOf(memory, 'a')]).toEqual([FIRST, FIRST]);
});

test('looks at a service without state count from the first that found none, until it has a state', () => {
  const gone = checks(LIST, { b: ticked(FIRST) }, { b: undefined }, { b: undefined }, { b: undefined });
  const back = checks(LIST, { b: ticked(FIRST) }, { b: undefined }, { b: ticked(LATER + 5) });

  expect(floorOf(gone, 'b')).toBe(LATER);
  expect(floorOf(back, 'b')).toBe(FIRST);
});

test('looks at a resumed service count from the latest that found it held back, until it runs again', () => {
  const resumed = checks(
    LIST,
    { a: paused },
    { a: paused },
    { a: ticked(FIRST - 999_999) },
    { a: ticked(FIRST - 999_999) },
  );
  const active = checks(LIST, { a: paused }, { a: paused }, { a: ticked(FIRST - 999_999) }, { a: ticked(LATER) });

  expect(floorOf(resumed, 'a')).toBe(LATER);
  expect(floorOf(active, 'a')).toBe(FIRST);
});

test('a look that could not read a service, or not ask for it, leaves what is remembered of it', () => {
  const damaged = new UnreadableStateError('state-damaged', 'a', 'its state is damaged');
  const memory = checks(LIST, { a: ticked(FIRST), c: undefined }, { a: undefined, c: undefined }, { a: damaged });

  expect([floorOf(memory, 'a'), floorOf(memory, 'c')]).toEqual([LATER, FIRST]);
});

describe('when the list changes', () => {
  const before = writeCursor({ floor: FIRST, ownFloors: new Map([['c', FIRST + 1]]) }, ['a'], LIST);

  test('due times count from now, but who was overdue stays so', () => {
    const memory = readCursor(before, [...LIST, ...watched('d')], LATER);

    expect(['a', 'b', 'c', 'd'].map((name) => floorOf(memory, name))).toEqual([FIRST, LATER, LATER, LATER]);
  });

  test('a service that was overdue stays so over the looks after the list changed, until it runs again', () => {
    const list = [...LIST, ...watched('d')];
    const next = (found: Found, now: number, cursor: string) =>
      writeCursor(updateMemory(readCursor(cursor, list, now), new Map([['a', found]]), now), ['a'], list);
    const still = next(ticked(FIRST + 7), LATER + 300_000, next(ticked(FIRST + 7), LATER, before));

    expect(floorOf(readCursor(still, list, LATER + 600_000), 'a')).toBe(FIRST);
    expect(floorOf(readCursor(next(ticked(LATER + 1), LATER + 600_000, still), list, LATER), 'a')).toBe(LATER);
  });

  test('one whose own schedule changed owes nothing for the time before', () => {
    const [a, ...rest] = LIST;
    const changed = [
      { ...a, schedule: { interval: 86_400_000, cron: '0 5 * * ? *', timezone: 'UTC' } } as WatchedService,
      ...rest,
    ];

    expect(floorOf(readCursor(before, changed, LATER), 'a')).toBe(LATER);
  });
});

test.each(['', 'x', 'a.b', 'abcdef.!!', 'abcdef.zzzzzzzzzzzzzzzz.', 'cursor of something else'])(
  'a cursor that is not ours (%j) is a fresh memory',
  (cursor) => {
    expect(readCursor(cursor, LIST, LATER)).toEqual({ floor: LATER, ownFloors: new Map() });
  },
);

describe('the cursor', () => {
  const names = Array.from({ length: 500 }, (_, index) => `service-${String(index).padStart(3, '0')}`);

  test('gives back what was written, for any services and instants that fit', () => {
    const some = names.slice(0, 60);
    const list = watched(...some);
    const instant = fc.integer({ min: FIRST, max: FIRST + 9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...some), instant)), (pairs) => {
        const memory = { floor: FIRST, ownFloors: new Map(pairs) };

        expect(readCursor(writeCursor(memory, [], list), list, LATER)).toEqual(memory);
      }),
    );
  });

  test('stays within 256 bytes with 500 services, and what does not fit only counts from later', () => {
    const list = watched(...names);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 999_999_999 }), { minLength: 500, maxLength: 500 }), (offsets) => {
        const ownFloors = new Map(names.map((name, index) => [name, FIRST + (offsets[index] ?? 0)]));
        const cursor = writeCursor({ floor: FIRST, ownFloors }, names, list);
        const memory = readCursor(cursor, list, LATER);

        expect(cursor.length).toBeLessThanOrEqual(256);
        for (const [name, since] of ownFloors) expect(floorOf(memory, name)).toBeGreaterThanOrEqual(since);
      }),
      { numRuns: 10 },
    );
  });

  test('has room for many overdue services at once', () => {
    const list = watched(...names.slice(0, 40));
    const cursor = writeCursor({ floor: FIRST, ownFloors: new Map() }, names.slice(0, 40), list);
    const memory = readCursor(cursor, [...list, ...watched('zzz')], LATER);

    expect(names.slice(0, 40).map((name) => floorOf(memory, name))).toEqual(new Array(40).fill(FIRST));
  });
});
