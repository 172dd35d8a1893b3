import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ending, type RunDeadline, runUnderDeadline } from '../../lib/run/deadline.ts';
import { RunTimedOutError, StoppedError } from '../../lib/service/index.ts';
import { type FakeClock, fakeClock } from '../../lib/testing/index.ts';

const unhandled: unknown[] = [];
const keep = (error: unknown) => void unhandled.push(error);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', keep);
});

afterEach(async () => {
  await nextTurn();
  process.off('unhandledRejection', keep);
  expect(unhandled).toEqual([]);
});

/** A run whose signal fires at 10 s; the grace lasts until 11 s. */
function setup(limits: Partial<RunDeadline> = {}) {
  const clock = fakeClock(0, { mode: 'manual' });
  const run = (workload: (signal: AbortSignal) => Promise<unknown>) =>
    runUnderDeadline(workload, { service: 'sweeper', signalAt: 10_000, clock, ...limits });
  return { clock, run };
}

/** What a promise has settled to, or `undefined` while it hasn't. */
async function stateOf(ending: Promise<Ending>): Promise<Ending | undefined> {
  let settled: Ending | undefined;
  void ending.then((value) => {
    settled = value;
  });
  await nextTurn();
  return settled;
}

/** Waits until its signal is aborted and then for `ms` more, whatever happens. */
async function afterSignal(clock: FakeClock, signal: AbortSignal, ms: number): Promise<void> {
  await clock.sleep(1_000_000, signal);
  await clock.sleep(ms);
}

describe('a workload under a deadline', () => {
  it('a workload that returns in time has returned its value, and leaves nobody waiting', async () => {
    const { clock, run } = setup();
    const ending = run(() => clock.sleep(9999).then(() => 'counts'));
    await clock.advance(9999);
    expect(await ending).toEqual({ kind: 'returned', value: 'counts' });
    expect(clock.sleeping).toBe(0);
  });

  it('a workload that throws in time has thrown, as it threw', async () => {
    const { run } = setup();
    const error = new RangeError('a mistake');
    expect(await run(() => Promise.reject(error))).toEqual({ kind: 'threw', error, settled: true });
  });

  it('may throw before it gives a promise', async () => {
    const { run } = setup();
    const error = new RangeError('at once');
    const ending = await run(() => {
      throw error;
    });
    expect(ending).toEqual({ kind: 'threw', error, settled: true });
  });

  it('has its signal aborted at the deadline, with a reason that names it', async () => {
    const { clock, run } = setup();
    let seen: AbortSignal | undefined;
    void run((signal) => {
      seen = signal;
      return new Promise(() => {});
    });
    await clock.advance(9999);
    expect(seen?.aborted).toBe(false);
    await clock.advance(1);
    expect(seen?.aborted).toBe(true);
    expect(seen?.reason).toBeInstanceOf(RunTimedOutError);
    expect(seen).toHaveProperty('reason.message', "sweeper: the run's time is up; end it now");
  });

  it('a workload that returns within the grace has succeeded', async () => {
    const { clock, run } = setup();
    const ending = run((signal) => afterSignal(clock, signal, 999).then(() => 'partial'));
    await clock.advance(10_999);
    expect(await ending).toEqual({ kind: 'returned', value: 'partial' });
  });

  it('a workload that throws within the grace has timed out, whatever it threw', async () => {
    const { clock, run } = setup();
    const error = new TypeError('fetch failed');
    const ending = run((signal) => afterSignal(clock, signal, 500).then(() => Promise.reject(error)));
    await clock.advance(10_500);
    const ended = await ending;
    expect(ended).toMatchObject({ kind: 'timed-out', settled: true });
    expect(ended).toHaveProperty('error.message', 'sweeper: the run was not done after 10.5 s; it counts as timed out');
    expect(ended).toHaveProperty('error.cause', error);
  });

  it('a workload that ignores its signal has timed out when the grace is over, and is abandoned', async () => {
    const { clock, run } = setup();
    const ending = run(() => new Promise(() => {}));
    await clock.advance(10_999);
    expect(await stateOf(ending)).toBeUndefined();
    await clock.advance(1);
    const ended = await stateOf(ending);
    expect(ended).toMatchObject({ kind: 'timed-out', settled: false });
    expect(ended).toHaveProperty('error.message', 'sweeper: the run was not done after 11 s; it counts as timed out');
  });

  it.each(['returns', 'throws'])('harms nobody when it %s after it was abandoned', async (late) => {
    const { clock, run } = setup();
    const ending = run(() =>
      clock.sleep(50_000).then(() => (late === 'throws' ? Promise.reject(new Error('too late')) : 'too late')),
    );
    await clock.advance(11_000);
    expect(await ending).toMatchObject({ kind: 'timed-out', settled: false });
    await clock.advance(60_000);
    expect(await ending).toMatchObject({ kind: 'timed-out', settled: false });
  });

  it('may go on for ever without a deadline', async () => {
    const { clock, run } = setup({ signalAt: Number.POSITIVE_INFINITY });
    const ending = run(() => clock.sleep(1_000_000_000).then(() => 'at last'));
    expect(clock.sleeps).toEqual([1_000_000_000]);
    await clock.advance(1_000_000_000);
    expect(await ending).toEqual({ kind: 'returned', value: 'at last' });
  });

  it('has its signal aborted at once when its deadline is past already', async () => {
    const { clock, run } = setup({ signalAt: -5000 });
    const ending = run((signal) => afterSignal(clock, signal, 0).then(() => Promise.reject(new Error('none left'))));
    await clock.advance(0);
    expect(await stateOf(ending)).toMatchObject({ kind: 'timed-out', settled: true });
  });
});

describe('the stop of our own process', () => {
  it('aborts the signal, and what is thrown then is no outcome', async () => {
    const stop = new AbortController();
    const { clock, run } = setup({ stop: stop.signal });
    let reason: unknown;
    const ending = run(async (signal) => {
      await clock.sleep(1_000_000, signal);
      reason = signal.reason;
      signal.throwIfAborted();
    });
    stop.abort();
    expect(await ending).toEqual({ kind: 'yielded' });
    expect(reason).toBeInstanceOf(StoppedError);
    expect((reason as Error).message).toBe('sweeper: the process is stopping; the run yields, and has no outcome');
  });

  it('a stop that came before the run is seen by it', async () => {
    const { run } = setup({ stop: AbortSignal.abort() });
    expect(await run(async (signal) => signal.throwIfAborted())).toEqual({ kind: 'yielded' });
  });

  it('leaves a workload that returns all the same its success', async () => {
    const stop = new AbortController();
    const { clock, run } = setup({ stop: stop.signal });
    const ending = run((signal) => afterSignal(clock, signal, 500).then(() => 'done'));
    stop.abort();
    await clock.advance(500);
    expect(await ending).toEqual({ kind: 'returned', value: 'done' });
  });

  it('is not listened to after the run', async () => {
    const stop = new AbortController();
    const { run } = setup({ stop: stop.signal });
    let seen: AbortSignal | undefined;
    await run(async (signal) => {
      seen = signal;
    });
    stop.abort();
    expect(seen?.aborted).toBe(false);
  });
});

describe('a workload that throws where nothing can catch it', () => {
  /** A run that a test throws into. */
  function scoped() {
    let throwInto: (error: unknown) => void = () => {};
    const onUncaught: RunDeadline['onUncaught'] = (listener) => {
      throwInto = listener;
    };
    return { ...setup({ onUncaught }), throwInto: (error: unknown) => throwInto(error) };
  }

  it('has thrown that at once, is asked to end and is not waited for', async () => {
    const { clock, run, throwInto } = scoped();
    const error = new RangeError('in a timer');
    let seen: AbortSignal | undefined;
    const ending = run((signal) => {
      seen = signal;
      return new Promise(() => {});
    });
    await clock.advance(100);
    throwInto(error);
    expect(await ending).toEqual({ kind: 'threw', error, settled: false });
    expect(seen?.reason).toBe(error);
    expect(clock.sleeping).toBe(0);
  });

  it('a workload that throws after its signal keeps its grace', async () => {
    const { clock, run, throwInto } = scoped();
    const ending = run((signal) => afterSignal(clock, signal, 900).then(() => 'counts'));
    await clock.advance(10_000);
    throwInto(new RangeError('in a listener of its signal'));
    expect(await stateOf(ending)).toBeUndefined();
    await clock.advance(900);
    expect(await ending).toEqual({ kind: 'returned', value: 'counts' });
  });

  it('a workload that throws after its end changes nothing', async () => {
    const { run, throwInto } = scoped();
    const ending = await run(async () => 'counts');
    throwInto(new RangeError('left behind'));
    expect(ending).toEqual({ kind: 'returned', value: 'counts' });
  });
});
