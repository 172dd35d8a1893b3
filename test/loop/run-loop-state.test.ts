import { describe, expect, it } from 'vitest';
import type { Iteration } from '../../lib/loop/index.ts';
import type { LoopState } from '../../lib/rules/index.ts';
import { RunTimedOutError, ServiceHaltedError } from '../../lib/service/index.ts';
import { loopOver, TOLERANT, TRANSIENT } from '../support/loop-setup.ts';

describe('what is reported of an iteration', () => {
  it('is complete, and waited for before the loop sleeps', async () => {
    const order: string[] = [];
    const observed: Iteration[] = [];
    const made = loopOver(
      async ({ clock, saveCursor }) => {
        order.push('run');
        await clock.sleep(2000);
        saveCursor('page 2');
        return { marked: 3 };
      },
      {},
      {
        onIteration: async (iteration) => {
          await Promise.resolve();
          observed.push(iteration);
          order.push(`reported after sleeps of ${made.clock.sleeps.join(', ')}`);
        },
      },
    );
    await made.loop.start(2);
    expect(order).toEqual([
      'run',
      'reported after sleeps of 2000',
      'run',
      'reported after sleeps of 2000, 10000, 2000',
    ]);
    expect(observed[1]).toEqual({
      service: 'sweeper',
      count: 2,
      outcome: { kind: 'succeeded' },
      verdict: 'steady',
      report: [],
      result: { marked: 3 },
      startedAt: 12_000,
      endedAt: 14_000,
      durationMs: 2000,
      abandoned: false,
      cursor: 'page 2',
      state: { trackRecord: [true, true, true], failures: [], backoffCount: 0, streak: 0 },
    });
    expect(made.loop.cursor).toBe('page 2');
  });

  it('covers the iteration that halts too', async () => {
    const { loop, iterations } = loopOver(TRANSIENT, { ...TOLERANT, consecutive: 1 });
    await expect(loop.start()).rejects.toBeInstanceOf(ServiceHaltedError);
    expect(iterations.at(-1)?.state.haltCause).toBe('Service exceeded error threshold.');
  });

  it('changes nothing when it is thrown at', async () => {
    const { loop, log, starts } = loopOver(() => {}, {}, { onIteration: () => Promise.reject(new Error('disk full')) });
    await loop.start(2);
    expect(starts.length).toBe(2);
    expect(log.of('error')).toEqual([
      'sweeper: onIteration threw; the loop goes on',
      'sweeper: onIteration threw; the loop goes on',
    ]);
  });

  it('numbers the runs, and hands the bookmark from one to the next', async () => {
    const seen: string[] = [];
    const { loop } = loopOver(
      ({ fence, cursor, saveCursor }) => {
        seen.push(`${fence} from ${cursor}`);
        saveCursor(`after ${fence}`);
      },
      {},
      { cursor: 'yesterday' },
    );
    await loop.start(2);
    await loop.start(1);
    expect(seen).toEqual(['1 from yesterday', '2 from after 1', '3 from after 2']);
  });
});

describe('a loop that goes on from a state', () => {
  const halted: LoopState = {
    trackRecord: [false, true, false],
    failures: [],
    backoffCount: 0,
    streak: 2,
    haltCause: 'RangeError: a mistake',
  };

  it('probes a halted one: the first failure halts again, with its cause', async () => {
    const { loop, starts } = loopOver(TRANSIENT, TOLERANT, { state: halted });
    const error: unknown = await loop.start().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServiceHaltedError);
    expect(error).toMatchObject({
      message: 'sweeper: halted: ECONNREFUSED: refused',
      cause: { code: 'ECONNREFUSED' },
    });
    expect(starts.length).toBe(1);
  });

  it('lifts the halt at the first success', async () => {
    const { loop } = loopOver(() => {}, TOLERANT, { state: halted });
    await loop.start(1);
    expect(loop.state).toEqual({ trackRecord: [true, false, true], failures: [], backoffCount: 0, streak: 0 });
  });

  it('fits a record of another length to the policy', () => {
    const { loop } = loopOver(() => {}, { consecutive: 2 }, { state: halted });
    expect(loop.state.trackRecord).toEqual([true, false]);
  });
});

describe('a run with a limit', () => {
  it('a run that honours its signal has timed out, and the loop goes on', async () => {
    const { loop, iterations } = loopOver(
      ({ signal, clock }) =>
        clock.sleep(60_000, signal).then(() => {
          throw new Error('gave up');
        }),
      {},
      { maxDuration: 4000 },
    );
    await loop.start(2);
    expect(iterations.map(({ outcome, durationMs }) => [outcome.kind, durationMs])).toEqual([
      ['timed-out', 4000],
      ['timed-out', 4000],
    ]);
  });

  it.each([
    [{ pace: 'fixedrate' }, "pace: expected 'fixed-delay' or 'fixed-rate', got 'fixedrate'"],
    [{ cursor: '\ud800' }, "cursor: expected well-formed text of at most 256 bytes, got '\\ud800'"],
    [{ cursor: 'a'.repeat(257) }, 'cursor: expected well-formed text of at most 256 bytes'],
    [{ cursor: 5 }, 'cursor: expected text'],
    [{ paces: 'fixed-rate' }, 'did you mean pace?'],
  ])('the options may not be %j', (options, refusal) => {
    expect(() => loopOver(() => {}, {}, options as object)).toThrow(refusal);
  });

  it.each([
    [300, "300 (write '300s' or '300ms')"],
    [0, '0'],
    ['5', "'5' (write '5s' or '5ms')"],
    [Number.NaN, 'NaN'],
  ])('the limit may not be %j', (maxDuration, got) => {
    expect(() => loopOver(() => {}, {}, { maxDuration: maxDuration as number })).toThrow(
      `maxDuration: expected a duration above 0, got ${got}`,
    );
  });

  it('the limit may be words', async () => {
    const { loop, iterations } = loopOver(
      ({ signal, clock }) => clock.sleep(60_000, signal),
      {},
      { maxDuration: '4s' },
    );
    await loop.start(1);
    expect(iterations.map(({ durationMs }) => durationMs)).toEqual([4000]);
  });

  it('a run that ignores its signal ends the loop, since no other run may stand beside it', async () => {
    const { loop, iterations, starts } = loopOver(() => new Promise(() => {}), {}, { maxDuration: 4000 });
    await expect(loop.start()).rejects.toBeInstanceOf(RunTimedOutError);
    expect(starts.length).toBe(1);
    expect(iterations.map(({ outcome, abandoned }) => [outcome.kind, abandoned])).toEqual([['timed-out', true]]);
  });
});
