import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type FunctionHost, WorkerEndedError } from '../../lib/local/functions/function-host.ts';
import { fireOnSchedule } from '../../lib/local/schedule-clock.ts';
import { defineService } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';

/** 2025-10-09T09:00:00Z: the beginning of a minute, an hour, and every interval used here. */
const NINE = Date.UTC(2025, 9, 9, 9);
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

interface Fired {
  readonly at: string;
  readonly scheduledFor: string;
}

const running: AbortController[] = [];

afterEach(() => {
  for (const closing of running.splice(0)) closing.abort();
});

type Options = Omit<Parameters<typeof defineService>[0], 'name'>;

interface ClockworkOptions {
  readonly start: number;
  readonly draws?: readonly number[];
  /** Whether the service had a tick before. */
  readonly hasTicked?: boolean;
  /** Up to when an earlier build was fired. */
  readonly doneUntil?: number;
  /** What the function does when it is invoked; it answers at once without. */
  readonly invoke?: (firing: number) => Promise<unknown>;
}

/** A schedule under way on a clock of its own, from `start` on. */
function clockwork(service: Options, options: ClockworkOptions) {
  const { start, draws, hasTicked = false, doneUntil, invoke = async () => 'answer' } = options;
  const clock = fakeClock(start, { mode: 'manual' });
  const closing = new AbortController();
  running.push(closing);
  const fired: Fired[] = [];
  const events: Record<string, unknown>[] = [];
  const errors: unknown[] = [];
  const notices: string[] = [];
  const host: FunctionHost = {
    service: defineService({ ...service, name: 'polls' }),
    invoke(event) {
      const { scheduledFor } = event as { scheduledFor: string };
      events.push(event as Record<string, unknown>);
      fired.push({ at: timeOf(clock.now()), scheduledFor: timeOf(Date.parse(scheduledFor)) });
      return invoke(fired.length);
    },
    ask: () => {},
    end: async () => {},
  };
  const onError = (_host: FunctionHost, error: unknown) => void errors.push(error);
  let ended = false;
  const schedule = fireOnSchedule(host, {
    clock,
    random: scriptedRandom(draws),
    onError,
    onNotice: (line) => void notices.push(line),
    closing: closing.signal,
    hasTicked,
    doneUntil,
  }).then(() => {
    ended = true;
  });
  return { clock, closing, fired, events, errors, notices, schedule, hasEnded: () => ended };
}

const timeOf = (instant: number) => new Date(instant).toISOString().slice(11, 23).replace('.000', '');
const scheduled = (fired: readonly Fired[]) => fired.map(({ scheduledFor }) => scheduledFor);

describe('a schedule on one machine', () => {
  test('fires for the latest due time at once, and from then on at each due time', async () => {
    const { clock, fired, events } = clockwork({ interval: '5m' }, { start: NINE + 7 * MINUTE + 21_500 });
    await clock.advance(0);
    expect(fired).toEqual([{ at: '09:07:21.500', scheduledFor: '09:05:00' }]);

    await clock.advance(13 * MINUTE);
    expect(fired.slice(1)).toEqual([
      { at: '09:10:00', scheduledFor: '09:10:00' },
      { at: '09:15:00', scheduledFor: '09:15:00' },
      { at: '09:20:00', scheduledFor: '09:20:00' },
    ]);
    expect(events[1]).toEqual({
      scheduledFor: '2025-10-09T09:10:00.000Z',
      executionId: expect.stringMatching(/^00000000-0000-4000-8000-\d{6}000002$/),
      attempt: '1',
    });
  });

  test('started at a due time it fires for that one, once', async () => {
    const { clock, fired } = clockwork({ interval: '5m' }, { start: NINE });
    await clock.advance(5 * MINUTE);

    expect(scheduled(fired)).toEqual(['09:00:00', '09:05:00']);
  });

  test('a service with several slots in a minute is fired once a minute, for the whole minute', async () => {
    const { clock, fired } = clockwork({ interval: '5s' }, { start: NINE + 42 * SECOND });
    await clock.advance(2 * MINUTE);

    expect(fired).toEqual([
      { at: '09:00:42', scheduledFor: '09:00:00' },
      { at: '09:01:00', scheduledFor: '09:01:00' },
      { at: '09:02:00', scheduledFor: '09:02:00' },
    ]);
  });

  test('of a new build it fires for none of the due times that are done, and for the newest that came meanwhile', async () => {
    const done = { start: NINE + 7 * MINUTE, doneUntil: NINE + 5 * MINUTE };
    const { clock, fired } = clockwork({ interval: '5m' }, done);
    await clock.advance(3 * MINUTE);
    expect(scheduled(fired)).toEqual(['09:10:00']);

    const late = clockwork({ interval: '5m' }, { start: NINE + 16 * MINUTE, doneUntil: NINE + 5 * MINUTE });
    await late.clock.advance(0);
    expect(late.fired).toEqual([{ at: '09:16:00', scheduledFor: '09:15:00' }]);
  });

  test('of a new build with several slots in a minute begins at the next slot', async () => {
    const { clock, fired } = clockwork({ interval: '5s' }, { start: NINE + 42 * SECOND, doneUntil: NINE });
    await clock.advance(MINUTE);

    expect(fired).toEqual([
      { at: '09:00:45', scheduledFor: '09:00:00' },
      { at: '09:01:00', scheduledFor: '09:01:00' },
    ]);
  });

  test('a cron service is fired by its expression in its time zone', async () => {
    const { clock, fired } = clockwork(
      { interval: '1d', cron: '30 9 * * ? *', timezone: 'Europe/Berlin' },
      { start: NINE, hasTicked: true },
    );
    await clock.advance(0);
    expect(fired).toEqual([{ at: '09:00:00', scheduledFor: '07:30:00' }]);

    await clock.advance(24 * HOUR);
    expect(fired.slice(1)).toEqual([{ at: '07:30:00', scheduledFor: '07:30:00' }]);
  });

  test('a cron service that never had a tick waits for its next due time', async () => {
    const yearly = { interval: '365d', cron: '0 6 1 3 ? *' } as const;
    const { clock, fired } = clockwork(yearly, { start: NINE });
    await clock.advance(142 * 24 * HOUR);
    expect(fired).toEqual([]);

    await clock.advance(24 * HOUR);
    expect(fired).toEqual([{ at: '06:00:00', scheduledFor: '06:00:00' }]);
  });

  test('started at its due time it fires for that one', async () => {
    const { clock, fired } = clockwork({ interval: '1d', cron: '0 9 * * ? *' }, { start: NINE });
    await clock.advance(0);

    expect(fired).toEqual([{ at: '09:00:00', scheduledFor: '09:00:00' }]);
  });

  test('a cron service that was never due has no latest due time, whatever its state is', async () => {
    const { clock, fired, hasEnded } = clockwork(
      { interval: '365d', cron: '0 6 1 3 ? 2028' },
      { start: NINE, hasTicked: true },
    );
    await clock.advance(24 * HOUR);

    expect(fired).toEqual([]);
    expect(hasEnded()).toBe(false);
  });

  test('does not wait for an answer before the next due time', async () => {
    const never = new Promise(() => {});
    const { clock, fired } = clockwork({ interval: '1m' }, { start: NINE, invoke: () => never });
    await clock.advance(3 * MINUTE);

    expect(scheduled(fired)).toEqual(['09:00:00', '09:01:00', '09:02:00', '09:03:00']);
  });

  test('an error is reported, and the schedule goes on', async () => {
    const failures = [new Error('first'), 'second'];
    const { clock, fired, errors } = clockwork(
      { interval: '1m' },
      { start: NINE, invoke: (firing) => Promise.reject(failures[firing - 1]) },
    );
    await clock.advance(MINUTE);

    expect(errors).toEqual(failures);
    await clock.advance(MINUTE);
    expect(scheduled(fired)).toEqual(['09:00:00', '09:01:00', '09:02:00']);
  });
});

describe('closing', () => {
  test('ends the schedule at once, in the middle of its wait', async () => {
    const { clock, closing, fired, schedule } = clockwork({ interval: '1h' }, { start: NINE });
    await clock.advance(10 * MINUTE);
    closing.abort();
    await schedule;

    expect(scheduled(fired)).toEqual(['09:00:00']);
    expect(clock.now()).toBe(NINE + 10 * MINUTE);
    expect(clock.sleeping).toBe(0);
  });

  test('waits for the invocations under way, all of them', async () => {
    const answers: (() => void)[] = [];
    const { clock, closing, schedule, hasEnded } = clockwork(
      { interval: '1m' },
      { start: NINE, invoke: () => new Promise<void>((resolve) => answers.push(resolve)) },
    );
    await clock.advance(MINUTE);
    closing.abort();
    const [first, second] = answers;

    first?.();
    await nextTurn();
    expect([answers.length, hasEnded()]).toEqual([2, false]);
    second?.();
    await schedule;
    expect(hasEnded()).toBe(true);
  });

  test('closing before the start fires nothing', async () => {
    const closing = new AbortController();
    closing.abort();
    const host: FunctionHost = {
      service: defineService({ name: 'polls', interval: '1m' }),
      invoke: () => Promise.reject(new Error('fired')),
      ask: () => {},
      end: async () => {},
    };
    const errors: unknown[] = [];

    await fireOnSchedule(host, {
      clock: fakeClock(NINE),
      random: scriptedRandom(),
      onError: (_host, error) => void errors.push(error),
      onNotice: (line) => void errors.push(line),
      closing: closing.signal,
    });
    expect(errors).toEqual([]);
  });

  test('a worker that ended is not asked again', async () => {
    const { clock, closing, fired, schedule } = clockwork(
      { interval: '5s' },
      { start: NINE, invoke: () => Promise.reject(new WorkerEndedError('ended')) },
    );
    await clock.advance(500);
    closing.abort();
    await schedule;

    expect(fired).toHaveLength(1);
    expect(clock.now()).toBe(NINE + 500);
  });
});

describe('a worker that ended in the middle of a firing with several slots', () => {
  test('is fired again for the slots left, once a second, until its minute is over', async () => {
    const { clock, fired, errors } = clockwork(
      { interval: '5s' },
      { start: NINE, invoke: () => Promise.reject(new WorkerEndedError('ended')) },
    );
    await clock.advance(59_999);

    expect(fired).toHaveLength(60);
    expect(new Set(scheduled(fired))).toEqual(new Set(['09:00:00']));
    expect(fired[1]?.at).toBe('09:00:01');
    expect(fired.at(-1)?.at).toBe('09:00:59');
    expect(errors).toHaveLength(60);
    await clock.advance(1);
    expect(fired.slice(60)).toEqual([{ at: '09:01:00', scheduledFor: '09:01:00' }]);
  });

  test('is fired no more once it has answered', async () => {
    const { clock, fired } = clockwork(
      { interval: '5s' },
      {
        start: NINE,
        invoke: async (firing) => {
          if (firing < 3) throw new WorkerEndedError('ended');
        },
      },
    );
    await clock.advance(30 * SECOND);

    expect(fired.map(({ at }) => at)).toEqual(['09:00:00', '09:00:01', '09:00:02']);
  });

  test('a handler that threw is not fired again, nor is a service with one tick a firing', async () => {
    const threw = clockwork({ interval: '5s' }, { start: NINE, invoke: () => Promise.reject(new Error('threw')) });
    const single = clockwork(
      { interval: '1m' },
      { start: NINE, invoke: () => Promise.reject(new WorkerEndedError('ended')) },
    );
    await threw.clock.advance(59 * SECOND);
    await single.clock.advance(59 * SECOND);

    expect(threw.fired).toHaveLength(1);
    expect(single.fired).toHaveLength(1);
  });
});

describe('jitter', () => {
  test('moves the start inside its slot, never what it is scheduled for', async () => {
    const { clock, fired } = clockwork(
      { interval: '10m', jitterRange: 0.5 },
      { start: NINE, draws: [0.2, 0, 0.5, 0.998] },
    );
    await clock.advance(35 * MINUTE);

    expect(fired).toEqual([
      { at: '09:01:00', scheduledFor: '09:00:00' },
      { at: '09:10:00', scheduledFor: '09:10:00' },
      { at: '09:22:30', scheduledFor: '09:20:00' },
      { at: '09:34:59.400', scheduledFor: '09:30:00' },
    ]);
  });

  test('jitter as wide as the interval still leaves each due time its own firing', async () => {
    const { clock, fired } = clockwork({ interval: '10m', jitterRange: 1 }, { start: NINE, draws: [0.999] });
    await clock.advance(40 * MINUTE);

    expect(fired).toEqual([
      { at: '09:09:59.400', scheduledFor: '09:00:00' },
      { at: '09:19:59.400', scheduledFor: '09:10:00' },
      { at: '09:29:59.400', scheduledFor: '09:20:00' },
      { at: '09:39:59.400', scheduledFor: '09:30:00' },
    ]);
  });

  test('has no room where several slots share a firing', async () => {
    const { clock, fired } = clockwork({ interval: '5s', jitterRange: 1 }, { start: NINE, draws: [0.9] });
    await clock.advance(MINUTE);

    expect(fired.map(({ at }) => at)).toEqual(['09:00:00', '09:01:00']);
  });
});
