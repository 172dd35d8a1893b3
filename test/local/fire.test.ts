import { describe, expect, test } from 'vitest';
import { fire } from '../../lib/local/fire.ts';
import { FunctionError, type FunctionHost, WorkerEndedError } from '../../lib/local/functions/function-host.ts';
import { defineService } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';

/** 2025-10-09T09:00:00Z. */
const NINE = Date.UTC(2025, 9, 9, 9);
const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

const NO_LEASE = new FunctionError(
  'StoreError',
  'polls: taking the lease failed (TimeoutError: no answer within 2.9 s); the tick did not run',
);
const NEVER_BEGUN = new WorkerEndedError('polls: the worker ended before it answered', { begun: false });

type Options = Omit<Parameters<typeof defineService>[0], 'name'>;

/** One firing for nine o'clock, under way on a clock of its own. */
function fired(
  service: Options,
  { start = NINE, invoke }: { start?: number; invoke: (n: number, closing: AbortController) => Promise<unknown> },
) {
  const clock = fakeClock(start, { mode: 'manual' });
  const closing = new AbortController();
  const events: { readonly attempt: string; readonly executionId: string; readonly scheduledFor: string }[] = [];
  const seconds: number[] = [];
  const errors: unknown[] = [];
  const host: FunctionHost = {
    service: defineService({ ...service, name: 'polls' }),
    invoke(event) {
      events.push(event as (typeof events)[number]);
      seconds.push((clock.now() - start) / SECOND);
      return invoke(events.length, closing);
    },
    ask: () => {},
    end: async () => {},
  };
  const options = { clock, random: scriptedRandom(), closing: closing.signal };
  const firing = fire(host, NINE, { ...options, onError: (_host, error) => void errors.push(error) });
  return { clock, events, seconds, errors, firing };
}

describe('a firing that had no effect', () => {
  test.each([
    ['its lease could not be taken', NO_LEASE],
    ['its worker ended before it began', NEVER_BEGUN],
  ])('is tried again at growing distances, and runs for the same due time, where %s', async (_, error) => {
    const { clock, events, seconds, errors, firing } = fired(
      { interval: '40d' },
      { invoke: async (n) => (n < 9 ? Promise.reject(error) : 'answer') },
    );
    await clock.advance(10 * MINUTE);
    await firing;

    expect(seconds).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(new Set(events.map(({ scheduledFor }) => scheduledFor))).toEqual(new Set(['2025-10-09T09:00:00.000Z']));
    expect(events.map(({ attempt }) => attempt)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(new Set(events.map(({ executionId }) => executionId)).size).toBe(9);
    expect(errors).toEqual([error]);
  });

  test('is left out in one line at the next due time, which takes its place', async () => {
    const { clock, seconds, errors, firing } = fired(
      { interval: '1m' },
      { start: NINE + 20 * SECOND, invoke: () => Promise.reject(NO_LEASE) },
    );
    await clock.advance(5 * MINUTE);
    await firing;

    expect(seconds).toEqual([0, 1, 3, 7, 15, 31]);
    expect(errors).toEqual([
      NO_LEASE,
      new Error(
        'polls: the tick of 2025-10-09T09:00:00.000Z is left out: it could not begin until 2025-10-09T09:01:00.000Z; the next one runs when it is due',
      ),
    ]);
  });

  test('is left out after a day of trying, as Scheduler gives up then', async () => {
    const { clock, seconds, errors, firing } = fired({ interval: '40d' }, { invoke: () => Promise.reject(NO_LEASE) });
    await clock.advance(2 * DAY);
    await firing;

    expect(seconds.at(-1)).toBeLessThan(86_400);
    expect(seconds.at(-1)).toBeGreaterThan(86_300);
    expect(errors).toHaveLength(2);
  });

  test('is tried again for its minute where several slots share it', async () => {
    const { clock, seconds, firing } = fired(
      { interval: '5s' },
      { invoke: async (n) => (n < 4 ? Promise.reject(NO_LEASE) : 'answer') },
    );
    await clock.advance(MINUTE);
    await firing;

    expect(seconds).toEqual([0, 1, 2, 3]);
  });

  test('is not tried again by a machine that closes, and is no failure of it', async () => {
    const { clock, seconds, errors, firing } = fired(
      { interval: '1h' },
      {
        invoke: async (_, closing) => {
          closing.abort();
          throw NEVER_BEGUN;
        },
      },
    );
    await clock.advance(MINUTE);
    await firing;

    expect(seconds).toEqual([0]);
    expect(errors).toEqual([]);
  });
});

test.each([
  ['a handler that threw', new FunctionError('RangeError', 'polls: taking the lease failed (x); the tick did not run')],
  ['a halt', new FunctionError('ServiceHaltedError', 'polls: halted')],
  ['a state that could not be written', new FunctionError('StoreError', 'polls: writing the state failed (x); y')],
  ['a run that took its worker down', new WorkerEndedError('polls: the worker ended before it answered')],
])('a firing with an effect is not tried again: %s', async (_, error) => {
  const { clock, seconds, errors, firing } = fired({ interval: '1m' }, { invoke: () => Promise.reject(error) });
  await clock.advance(MINUTE);
  await firing;

  expect(seconds).toEqual([0]);
  expect(errors).toEqual([error]);
});
