import { describe, expect, test } from 'vitest';
import { NEVER_RUN, type ServiceState } from '../../lib/rules/index.ts';
import { UnreadableStateError } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { checkServices, type Found, type WatchedService } from '../../lib/watchdog/index.ts';
import { keptLog } from '../support/loop-kit.ts';

const NOON = Date.UTC(2025, 9, 9, 12);
const HOUR = 3_600_000;

const hourly = (name: string): WatchedService => ({ name, schedule: { interval: HOUR }, grace: 120_000 });
const ticked = (lastTick: number): ServiceState => ({ ...NEVER_RUN, fence: 1, countedUpTo: 1, lastTick });

/** A watchdog whose checks find the states of `found`, and remember from one to the next. */
function setup(watched: readonly WatchedService[]) {
  const clock = fakeClock(NOON, { mode: 'manual' });
  const found = new Map<string, Found>();
  const overdueBy: Record<string, number> = {};
  let flushed = 0;
  let cursor: string | undefined;
  const metric = {
    set: (service: string, overdue: boolean) => void Object.assign(overdueBy, { [service]: overdue ? 1 : 0 }),
    flush: () => void flushed++,
  };
  const check = async (minutes: number) => {
    await clock.advance(NOON + minutes * 60_000 - clock.now());
    const log = keptLog();
    const context = {
      service: 'watch-services',
      clock,
      random: scriptedRandom(),
      signal: new AbortController().signal,
      log,
      ...(cursor === undefined ? {} : { cursor }),
      saveCursor: (next: string) => {
        cursor = next;
      },
    };
    const states = { read: async () => found };
    const counts = await checkServices(context, { watched, states, metric }).catch((error: Error) => error.message);
    return { counts, warned: log.lines.filter(({ level }) => level === 'warn'), informed: log.of('info') };
  };
  return { found, overdueBy, check, flushes: () => flushed };
}

test('each service is counted as 0 or 1, flushed with every look, and each overdue one is logged', async () => {
  const { found, overdueBy, check, flushes } = setup([hourly('late'), hourly('well')]);
  found.set('late', ticked(NOON)).set('well', ticked(NOON));
  await check(1);
  expect([overdueBy, flushes()]).toEqual([{ late: 0, well: 0 }, 1]);

  found.set('well', ticked(NOON + HOUR));
  const { counts, warned } = await check(65);

  expect(overdueBy).toEqual({ late: 1, well: 0 });
  expect(counts).toEqual({ watched: 2, overdue: ['late'] });
  expect(warned).toEqual([
    {
      level: 'warn',
      message: expect.stringMatching(/^late: overdue: its tick of 2025-10-09T13:00:00\.000Z has not ended; look /),
      fields: { watched: 'late', kind: 'missed', due: '2025-10-09T13:00:00.000Z' },
    },
  ]);
});

test('a service that runs again is counted as 0 again', async () => {
  const { found, overdueBy, check } = setup([hourly('a')]);
  found.set('a', ticked(NOON));
  await check(1);
  await check(65);
  expect(overdueBy).toEqual({ a: 1 });

  found.set('a', ticked(NOON + HOUR));
  await check(70);

  expect(overdueBy).toEqual({ a: 0 });
});

test('a service that never ran is overdue after a due time and the grace since the first look, not before', async () => {
  const { found, overdueBy, check } = setup([hourly('new')]);
  found.set('new', undefined);

  const tickEvent: [number, number | undefined][] = [];
  for (const minutes of [30, 59, 62, 63]) {
    await check(minutes);
    tickEvent.push([minutes, overdueBy['new']]);
  }

  expect(tickEvent).toEqual([
    [30, 0],
    [59, 0],
    [62, 0],
    [63, 1],
  ]);
});

test('a resumed service is not overdue for the time it was paused', async () => {
  const { found, overdueBy, check } = setup([hourly('a')]);
  found.set('a', { ...ticked(NOON), pause: { at: NOON + 1, reason: 'freeze', by: 'ann' } });
  await check(1);
  await check(10 * 60 + 20);
  found.set('a', ticked(NOON));

  await check(10 * 60 + 25);
  expect(overdueBy).toEqual({ a: 0 });
  await check(11 * 60 + 3);
  expect(overdueBy).toEqual({ a: 1 });
});

describe('one state that is no use', () => {
  test('counts as overdue, is logged in its own words, and keeps no other from being judged', async () => {
    const { found, overdueBy, check } = setup([hourly('a'), hourly('b')]);
    found.set('a', new UnreadableStateError('state-damaged', 'a', 'its state is damaged: done')).set('b', ticked(NOON));

    const { counts, warned } = await check(1);

    expect(overdueBy).toEqual({ a: 1, b: 0 });
    expect(counts).toEqual({ watched: 2, overdue: ['a'] });
    expect(warned.map(({ fields }) => fields)).toEqual([{ watched: 'a', kind: 'unreadable', due: null }]);
  });

  test('a state that could not be had is not judged; the others are, and then the look fails', async () => {
    const { found, overdueBy, check, flushes } = setup([hourly('a'), hourly('b')]);
    found.set('b', ticked(NOON));

    const { counts } = await check(65);

    expect(counts).toBe('watch-services: the states of a were not read; they are not judged');
    expect([overdueBy, flushes()]).toEqual([{ b: 0 }, 1]);
  });
});

test('the check reports that there is nothing to watch, and succeeds', async () => {
  const { check, overdueBy } = setup([]);

  expect(await check(1)).toEqual({
    counts: { watched: 0, overdue: [] },
    warned: [],
    informed: ['No services are watched; set TICKOVER_WATCHED.'],
  });
  expect(overdueBy).toEqual({});
});
