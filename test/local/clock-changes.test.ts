/** A schedule on a clock that is set ahead or back, or on a machine that sleeps. */
import { afterEach, describe, expect, test } from 'vitest';
import { type FunctionHost, WorkerEndedError } from '../../lib/local/functions/function-host.ts';
import { fireOnSchedule } from '../../lib/local/schedule-clock.ts';
import { defineService } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';

const NINE = Date.UTC(2025, 9, 9, 9);
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const running: AbortController[] = [];
afterEach(() => {
  for (const closing of running.splice(0)) closing.abort();
});

type Options = Omit<Parameters<typeof defineService>[0], 'name'>;

const timeOf = (instant: number) => new Date(instant).toISOString().slice(11, 23).replace('.000', '');

/** A schedule whose clock can be set, while waits last as long as they did. */
function clockwork(service: Options, { start = NINE, invoke = async (): Promise<unknown> => 'answer' } = {}) {
  const steady = fakeClock(start, { mode: 'manual' });
  let shift = 0;
  const clock = { now: () => steady.now() + shift, sleep: steady.sleep };
  const closing = new AbortController();
  running.push(closing);
  const fired: string[] = [];
  const errors: unknown[] = [];
  const notices: string[] = [];
  const host: FunctionHost = {
    service: defineService({ ...service, name: 'polls' }),
    invoke(event) {
      fired.push(`${timeOf(Date.parse((event as { scheduledFor: string }).scheduledFor))} at ${timeOf(clock.now())}`);
      return invoke();
    },
    ask: () => {},
    end: async () => {},
  };
  void fireOnSchedule(host, {
    clock,
    random: scriptedRandom(),
    onError: (_host, error) => void errors.push(error),
    onNotice: (line) => void notices.push(line),
    closing: closing.signal,
  });
  return { advance: steady.advance, set: (by: number) => (shift += by), closing, fired, errors, notices, steady };
}

describe('a clock that is set back', () => {
  test('by an hour: nothing fires ahead of its time, one line names what is left out, and the grid goes on', async () => {
    const { advance, set, fired, notices, errors } = clockwork({ interval: '1m' });
    await advance(3 * MINUTE + 20 * SECOND);
    set(-HOUR);
    await advance(HOUR + 2 * MINUTE);

    expect(fired).toEqual([
      '09:00:00 at 09:00:00',
      '09:01:00 at 09:01:00',
      '09:02:00 at 09:02:00',
      '09:03:00 at 09:03:00',
      '09:04:00 at 09:04:00',
      '09:05:00 at 09:05:00',
    ]);
    expect(notices).toEqual([
      'polls: the clock was set back, to 08:04:00; its ticks before 09:04:00 are left out, since later ones were ' +
        'decided already; to run it now: npx tickover invoke polls',
    ]);
    expect(errors).toEqual([]);
  });

  test('by days: the line names the day', async () => {
    const { advance, set, notices } = clockwork({ interval: '1h' });
    await advance(20 * SECOND);
    set(-2 * DAY);
    await advance(HOUR);

    expect(notices).toEqual([
      expect.stringContaining('set back, to 2025-10-07 10:00; its ticks before 2025-10-09 10:00 are left out'),
    ]);
  });

  test('by less than an interval: no tick comes again, so nothing is shown', async () => {
    const { advance, set, fired, notices } = clockwork({ interval: '10m' });
    await advance(9 * MINUTE);
    set(-5 * MINUTE);
    await advance(7 * MINUTE);

    expect(fired).toEqual(['09:00:00 at 09:00:00', '09:10:00 at 09:10:00']);
    expect(notices).toEqual([]);
  });

  test('again and again: each time is shown', async () => {
    const { advance, set, fired, notices } = clockwork({ interval: '1m' });
    await advance(20 * SECOND);
    set(-HOUR);
    await advance(MINUTE);
    set(-HOUR);
    await advance(2 * HOUR);

    expect(notices).toHaveLength(2);
    expect(fired).toEqual(['09:00:00 at 09:00:00', '09:01:00 at 09:01:00']);
  });

  test('and ahead again, while its ticks are waited for: the schedule goes on', async () => {
    const { advance, set, fired } = clockwork({ interval: '1m' });
    await advance(20 * SECOND);
    set(-10 * SECOND);
    await advance(41 * SECOND);
    set(10 * SECOND);
    await advance(10 * SECOND);

    expect(fired).toEqual(['09:00:00 at 09:00:00', '09:01:00 at 09:01:10']);
  });

  test('in the middle of a minute of several slots whose worker ended: the minute is over', async () => {
    const ended = new WorkerEndedError('ended');
    const { advance, set, fired, errors } = clockwork({ interval: '5s' }, { invoke: () => Promise.reject(ended) });
    await advance(2_500);
    set(-HOUR);
    await advance(30 * SECOND);

    expect(fired).toHaveLength(3);
    expect(errors).toHaveLength(3);
  });

  test('closing ends the wait', async () => {
    const { advance, set, closing, steady } = clockwork({ interval: '1m' });
    await advance(20 * SECOND);
    set(-HOUR);
    await advance(2 * MINUTE);
    expect(steady.sleeping).toBe(1);
    closing.abort();
    await advance(0);

    expect(steady.sleeping).toBe(0);
  });
});

describe('a clock that jumps ahead by hours, as where the machine slept', () => {
  test('fires once for the newest due time, goes on with the grid, and names what is left out in one line', async () => {
    const { advance, set, fired, notices } = clockwork({ interval: '1m' });
    await advance(1);
    set(5 * HOUR + 30 * SECOND);
    await advance(2 * MINUTE);

    expect(fired).toEqual(['09:00:00 at 09:00:00', '14:01:00 at 14:01:30', '14:02:00 at 14:02:00']);
    expect(notices).toEqual([
      'polls: the machine slept or was busy, or its clock was set ahead; its ticks from 09:01:00 to before 14:01:00 ' +
        'are left out',
    ]);
  });

  test('fires once where several slots share a firing', async () => {
    const { advance, set, fired, notices } = clockwork({ interval: '5s' });
    await advance(1);
    set(5 * HOUR + 30 * SECOND);
    await advance(2 * MINUTE);

    expect(fired).toEqual(['09:00:00 at 09:00:00', '14:01:00 at 14:01:30', '14:02:00 at 14:02:00']);
    expect(notices).toHaveLength(1);
  });

  test('by days: the line names the days', async () => {
    const { advance, set, notices } = clockwork({ interval: '1d' });
    await advance(1);
    set(3 * DAY);
    await advance(DAY);

    expect(notices).toEqual([
      expect.stringContaining('its ticks from 2025-10-10 00:00 to before 2025-10-13 00:00 are left out'),
    ]);
  });

  test('ticks from before the start are not named', async () => {
    const { advance, fired, notices } = clockwork({ interval: '1h' }, { start: NINE + 30 * MINUTE });
    await advance(1);

    expect(fired).toEqual(['09:00:00 at 09:30:00']);
    expect(notices).toEqual([]);
  });
});
