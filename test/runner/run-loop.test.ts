import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { LoopState } from '../../lib/loop/index.ts';
import {
  createLoop,
  defineService,
  type Iteration,
  type LoopOptions,
  LoopRunningError,
  NotImplementedError,
  type RunContext,
  RunTimedOutError,
  runLoop,
  ServiceHaltedError,
  type ServiceOptions,
} from '../../lib/runner/index.ts';
import { type FakeClock, fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { errorWith, keptLog } from '../support/loop-kit.ts';

type Options = Partial<ServiceOptions<unknown>>;

/** A loop over a workload, with everything that a test looks at. */
function setup(
  workload: (context: RunContext, call: number) => unknown,
  options: Options = {},
  told: Partial<LoopOptions> = {},
) {
  const clock = fakeClock();
  const log = keptLog();
  const iterations: Iteration[] = [];
  const starts: number[] = [];
  const service = defineService<unknown>({
    name: 'sweeper',
    interval: '10s',
    ...options,
    workload: async (context) => workload(context, starts.push(clock.now())),
  });
  const settings: LoopOptions = {
    clock,
    log,
    random: scriptedRandom([0.5]),
    handleSignals: false,
    onIteration: (iteration) => void iterations.push(iteration),
    ...told,
  };
  return { clock, log, iterations, starts, service, settings, loop: createLoop(service, settings) };
}

const TRANSIENT = () => {
  throw errorWith('refused', { code: 'ECONNREFUSED' });
};
const TOLERANT: Options = { classify: () => ({ kind: 'failed' }) };

/** Sleeps for the workload's own sake, each of `seconds` in turn. */
function lasting(clock: () => FakeClock, seconds: readonly number[]) {
  return (_context: RunContext, call: number) => clock().sleep((seconds[call - 1] ?? 0) * 1000);
}

describe('a critical loop', () => {
  it('runs at once, and from then on an interval after each end', async () => {
    const { loop, starts } = setup(({ clock }) => clock.sleep(3000));
    await loop.start(3);
    expect(starts).toEqual([0, 13_000, 26_000]);
  });

  it('never sleeps when it runs once, and swallows the failure (run_once)', async () => {
    const { service, settings, clock, iterations } = setup(TRANSIENT, { ...TOLERANT, consecutive: 1, backoff: 2 });
    await runLoop(service, { ...settings, loops: 1 });
    expect(clock.sleeps).toEqual([]);
    expect(iterations.map(({ verdict }) => verdict)).toEqual(['backing-off']);
  });

  it('halts with an error that carries the words of the original, and does not sleep before it', async () => {
    const { loop, clock } = setup(TRANSIENT, TOLERANT);
    const error: unknown = await loop.start().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServiceHaltedError);
    expect(error).toMatchObject({
      code: 'service-halted',
      service: 'sweeper',
      message: 'sweeper: halted: Service exceeded error threshold.',
    });
    expect(clock.sleeps).toEqual([10_000, 10_000]);
    expect(loop.running).toBe(false);
  });

  it('passes a fatal error on as itself, at once and without a report', async () => {
    const fatal = new RangeError('a mistake in the program');
    const { loop, log, iterations } = setup(
      () => {
        throw fatal;
      },
      { classify: () => ({ kind: 'fatal' }) },
    );
    await expect(loop.start()).rejects.toBe(fatal);
    expect(iterations.map(({ verdict }) => verdict)).toEqual(['halted']);
    expect(log.of('warn')).toEqual([]);
    expect(log.of('error')).toEqual(['sweeper: the loop ended with RangeError; it runs again when it is started']);
  });

  it('sleeps longer when the other side asked to be left alone', async () => {
    const { loop, starts } = setup(
      (_context, call) => {
        if (call === 1) throw new Error('429');
      },
      { classify: () => ({ kind: 'failed', retryAfter: 25_000 }) },
    );
    await loop.start(3);
    expect(starts).toEqual([0, 25_000, 35_000]);
  });

  it('does not sleep less for a Retry-After below its delay', async () => {
    const { loop, starts } = setup(TRANSIENT, { classify: () => ({ kind: 'failed', retryAfter: 2000 }) });
    await loop.start(2);
    expect(starts).toEqual([0, 10_000]);
  });

  it('doubles its delay with each trip, up to maxInterval', async () => {
    const { loop, clock } = setup(TRANSIENT, { ...TOLERANT, consecutive: 1, backoff: 6, maxInterval: '50s' });
    await expect(loop.start()).rejects.toThrow('Service exceeded error threshold.');
    expect(clock.sleeps).toEqual([20_000, 40_000, 50_000, 50_000, 50_000]);
  });

  it('draws each sleep anew when it jitters', async () => {
    const { loop, clock } = setup(() => {}, { jitterRange: 0.3 }, { random: scriptedRandom([0, 0.5]) });
    await loop.start(4);
    expect(clock.sleeps.map(Math.round)).toEqual([7518, 9888, 7518]);
  });

  it('hands the report to the printer, and to the log where there is none', async () => {
    const printed: string[] = [];
    const own = setup(TRANSIENT, {
      ...TOLERANT,
      consecutive: 1,
      backoff: 2,
      printer: (line) => void printed.push(line),
    });
    await own.loop.start(1);
    const logged = setup(TRANSIENT, { ...TOLERANT, consecutive: 1, backoff: 2 });
    await logged.loop.start(1);
    for (const lines of [printed, logged.log.of('warn')]) {
      expect(lines.length).toBe(4);
      expect(lines[0]).toBe('Failed the last 1 attempts. Please check your environment and configuration.');
      expect(lines[2]).toMatch(/^Error: refused \(ECONNREFUSED\)\n\s+at /);
      expect(lines[3]).toBe('Backing off due to consecutive errors, using increased interval of 20s.');
    }
    expect(own.log.of('warn')).toEqual([]);
  });

  it('goes on without the lines that its printer threw at', async () => {
    const { loop, log, starts } = setup(TRANSIENT, {
      ...TOLERANT,
      consecutive: 1,
      backoff: 9,
      printer: (line) => {
        if (line.startsWith('Examples')) throw new Error('out of paper');
      },
    });
    await loop.start(2);
    expect(starts.length).toBe(2);
    expect(log.of('error')).toEqual([
      'sweeper: the printer threw; the loop goes on without this line: Examples of recent errors:',
      'sweeper: the printer threw; the loop goes on without this line: Examples of recent errors:',
    ]);
  });

  it('says nothing of a run that outlasts the interval, since it counts from the end', async () => {
    const { loop, log } = setup(({ clock }) => clock.sleep(11_000));
    await loop.start(2);
    expect(log.of('warn')).toEqual([]);
  });

  it('may be paced by its starts', async () => {
    const { loop, starts } = setup(({ clock }) => clock.sleep(3000), {}, { pace: 'fixed-rate' });
    await loop.start(3);
    expect(starts).toEqual([0, 10_000, 20_000]);
  });
});

describe('a loop service', () => {
  const LOOP: Options = { kind: 'loop' };

  it('counts from the start of a run, and from now when that is later (S1)', async () => {
    const made = setup(
      lasting(() => made.clock, [4, 25, 1, 0]),
      LOOP,
    );
    await made.loop.start(4);
    expect(made.starts).toEqual([0, 10_000, 35_000, 45_000]);
  });

  it('may be paced by its ends', async () => {
    const made = setup(
      lasting(() => made.clock, [4, 4]),
      LOOP,
      { pace: 'fixed-delay' },
    );
    await made.loop.start(2);
    expect(made.starts).toEqual([0, 14_000]);
  });

  it('runs every 60 s unless told otherwise', async () => {
    const { settings, clock } = setup(() => {});
    await createLoop(defineService({ name: 'hourly', kind: 'loop', workload: async () => {} }), settings).start(2);
    expect(clock.sleeps).toEqual([60_000]);
  });

  it('logs any error with its stack and goes on (S2)', async () => {
    const thrown = new TypeError('what is this');
    const { loop, log, starts } = setup(() => {
      throw thrown;
    }, LOOP);
    await loop.start(5);
    expect(starts.length).toBe(5);
    const errors = log.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual(Array(5).fill('Unexpected error in: TypeError: what is this'));
    expect(errors[0]?.fields).toMatchObject({ service: 'sweeper', error: thrown });
    expect(errors[0]?.fields?.['stack']).toMatch(/^TypeError: what is this\n\s+at /);
    expect(loop.state.streak).toBe(5);
  });

  it('passes NotImplementedError on, and calls onStop even then (S2)', async () => {
    const told: string[] = [];
    const { settings } = setup(() => {}, LOOP, { onStop: () => void told.push('onStop') });
    const unwritten = createLoop(defineService({ name: 'unwritten', kind: 'loop' }), settings);
    await expect(unwritten.start()).rejects.toBeInstanceOf(NotImplementedError);
    expect(told).toEqual(['onStop']);
  });

  it('warns of a run strictly longer than the interval, and not of one as long (S3)', async () => {
    const made = setup(
      lasting(() => made.clock, [10, 10.5]),
      LOOP,
    );
    await made.loop.start(2);
    expect(made.log.of('warn')).toEqual([
      'sweeper took 10.5 seconds to run, which is longer than its loop interval of 10 seconds.',
    ]);
  });

  it('has the debug lines of the original (S6)', async () => {
    const { loop, log } = setup(() => {}, LOOP);
    await loop.start(2);
    expect(log.of('debug')).toEqual([
      'About to run sweeper...',
      "Starting run of 'sweeper'",
      'Finished running sweeper. Next run at 1970-01-01T00:00:10.000Z',
      'About to run sweeper...',
      "Starting run of 'sweeper'",
      'sweeper exiting after 2 loop(s).',
    ]);
  });

  it('trips when it is asked to, and then counts the stretched interval from its starts', async () => {
    const { loop, starts } = setup(({ clock }) => clock.sleep(3000).then(TRANSIENT), {
      ...LOOP,
      trips: true,
      consecutive: 2,
      backoff: 2,
    });
    await expect(loop.start()).rejects.toThrow('Service exceeded error threshold.');
    expect(starts).toEqual([0, 10_000, 30_000, 50_000]);
  });
});

describe('a start', () => {
  it.each([0, -1, 1.5, Number.NaN])('refuses %d loops', async (loops) => {
    const { loop, starts } = setup(() => {});
    await expect(loop.start(loops)).rejects.toThrow(
      `sweeper: loops: expected a whole number of 1 or more, got ${loops}`,
    );
    expect(starts).toEqual([]);
  });

  it('is refused while the loop runs, and the loop runs on', async () => {
    const { loop, starts } = setup(() => {});
    const running = loop.start(3);
    expect(loop.running).toBe(true);
    const again = loop.start(3);
    await expect(again).rejects.toBeInstanceOf(LoopRunningError);
    await expect(again).rejects.toThrow('sweeper: the loop runs already; stop it before it is started again');
    await running;
    expect(starts.length).toBe(3);
  });

  it('can be repeated, goes on from the state, and calls onStart and onStop once each', async () => {
    const told: string[] = [];
    const { loop } = setup(
      TRANSIENT,
      { ...TOLERANT, kind: 'loop' },
      {
        onStart: () => void told.push('onStart'),
        onStop: () => void told.push('onStop'),
      },
    );
    await loop.start(2);
    await loop.start(1);
    expect(told).toEqual(['onStart', 'onStop', 'onStart', 'onStop']);
    expect(loop.state.streak).toBe(3);
  });

  it('forgets a stop that came before it', async () => {
    const { loop, starts } = setup(() => {});
    await loop.stop();
    await loop.start(2);
    expect(starts.length).toBe(2);
  });

  it('runs nothing when onStart fails, calls onStop, and rejects with what onStart threw', async () => {
    const refused = new Error('no connection');
    const told: string[] = [];
    const { loop, starts } = setup(
      () => {},
      {},
      {
        onStart: () => Promise.reject(refused),
        onStop: () => void told.push('onStop'),
      },
    );
    await expect(loop.start(1)).rejects.toBe(refused);
    expect(starts).toEqual([]);
    expect(told).toEqual(['onStop']);
    expect(loop.running).toBe(false);
  });

  it('rejects with what onStop threw, unless the loop had failed before', async () => {
    const late = new Error('cannot close');
    const onStop = () => Promise.reject(late);
    await expect(setup(() => {}, {}, { onStop }).loop.start(1)).rejects.toBe(late);
    const failed = setup(TRANSIENT, { ...TOLERANT, consecutive: 1 }, { onStop });
    await expect(failed.loop.start(1)).rejects.toBeInstanceOf(ServiceHaltedError);
    expect(failed.log.of('error')).toContain('sweeper: onStop threw; the loop had failed before it');
  });

  it('makes what the workload needs once, in the first run, and again only if that failed', async () => {
    let made = 0;
    const seen: unknown[] = [];
    const { loop, iterations } = setup(({ prepared }) => void seen.push(prepared), {
      ...TOLERANT,
      prepare: () => {
        made += 1;
        if (made === 1) throw new Error('no settings yet');
        return { made };
      },
    });
    await loop.start(3);
    await loop.start(1);
    expect(iterations.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'succeeded', 'succeeded', 'succeeded']);
    expect(seen).toEqual([{ made: 2 }, { made: 2 }, { made: 2 }]);
  });
});

describe('what an iteration tells', () => {
  it('is complete, and waited for before the loop sleeps', async () => {
    const order: string[] = [];
    const told: Iteration[] = [];
    const made = setup(
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
          told.push(iteration);
          order.push(`told after sleeps of ${made.clock.sleeps.join(', ')}`);
        },
      },
    );
    await made.loop.start(2);
    expect(order).toEqual(['run', 'told after sleeps of 2000', 'run', 'told after sleeps of 2000, 10000, 2000']);
    expect(told[1]).toEqual({
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
      state: { record: [true, true, true], failures: [], backoffCount: 0, streak: 0 },
    });
    expect(made.loop.cursor).toBe('page 2');
  });

  it('is told of the iteration that halts too', async () => {
    const { loop, iterations } = setup(TRANSIENT, { ...TOLERANT, consecutive: 1 });
    await expect(loop.start()).rejects.toBeInstanceOf(ServiceHaltedError);
    expect(iterations.at(-1)?.state.haltCause).toBe('Service exceeded error threshold.');
  });

  it('changes nothing when it is thrown at', async () => {
    const { loop, log, starts } = setup(() => {}, {}, { onIteration: () => Promise.reject(new Error('disk full')) });
    await loop.start(2);
    expect(starts.length).toBe(2);
    expect(log.of('error')).toEqual([
      'sweeper: onIteration threw; the loop goes on',
      'sweeper: onIteration threw; the loop goes on',
    ]);
  });

  it('numbers the runs, and hands the bookmark from one to the next', async () => {
    const seen: string[] = [];
    const { loop } = setup(
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
    record: [false, true, false],
    failures: [],
    backoffCount: 0,
    streak: 2,
    haltCause: 'RangeError: a mistake',
  };

  it('probes a halted one: the first failure halts again, told with its cause', async () => {
    const { loop, starts } = setup(TRANSIENT, TOLERANT, { state: halted });
    const error: unknown = await loop.start().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServiceHaltedError);
    expect(error).toMatchObject({
      message: 'sweeper: halted: ECONNREFUSED: refused',
      cause: { code: 'ECONNREFUSED' },
    });
    expect(starts.length).toBe(1);
  });

  it('lifts the halt at the first success', async () => {
    const { loop } = setup(() => {}, TOLERANT, { state: halted });
    await loop.start(1);
    expect(loop.state).toEqual({ record: [true, false, true], failures: [], backoffCount: 0, streak: 0 });
  });

  it('fits a record of another length to the policy', () => {
    const { loop } = setup(() => {}, { consecutive: 2 }, { state: halted });
    expect(loop.state.record).toEqual([true, false]);
  });
});

describe('a stop', () => {
  it('during a run lets it finish', async () => {
    const ended: number[] = [];
    const made = setup(async ({ clock, signal }) => {
      await clock.sleep(5000);
      expect(signal.aborted).toBe(false);
      ended.push(clock.now());
    });
    const running = made.loop.start();
    await made.clock.sleep(2000);
    await made.loop.stop();
    await running;
    expect(ended).toEqual([5000]);
    expect(made.starts).toEqual([0]);
    expect(made.loop.running).toBe(false);
  });

  it('during the sleep ends it at once', async () => {
    const { loop, clock, starts } = setup(() => {});
    const running = loop.start();
    await clock.sleep(2500);
    await loop.stop();
    await running;
    expect(clock.now()).toBe(2500);
    expect(starts).toEqual([0]);
  });

  it('during onStart leaves nothing to run', async () => {
    const made = setup(() => {}, {}, { onStart: () => void made.loop.stop({ block: false }) });
    await made.loop.start();
    expect(made.starts).toEqual([]);
  });

  it('waits at most one interval, and then warns that something is wrong', async () => {
    const made = setup(({ clock }) => clock.sleep(60_000));
    const running = made.loop.start();
    await made.clock.sleep(1000);
    await made.loop.stop({ block: true });
    expect(made.clock.now()).toBe(11_000);
    expect(made.loop.running).toBe(true);
    expect(made.log.of('warn')).toEqual([
      '`stop({ block: true })` was called on sweeper but more than one loop interval (10 seconds) has passed. ' +
        'This usually means something is wrong. If `stop()` was called from inside the service, use `stop({ block: false })` instead.',
    ]);
    await running;
  });

  it('from inside the service ends the loop after this run, if it does not block', async () => {
    const made = setup(() => made.loop.stop({ block: false }));
    await made.loop.start();
    expect(made.starts).toEqual([0]);
    expect(made.clock.sleeps).toEqual([]);
    expect(made.log.of('debug')).toEqual(['About to run sweeper...', "Starting run of 'sweeper'"]);
    expect(made.log.of('warn')).toEqual([]);
  });
});

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM'])('%s stops a loop on its own while it runs, and no longer', async (signal) => {
    const signals = new EventEmitter();
    const { loop, clock, starts } = setup(() => {}, {}, { signals, handleSignals: true });
    expect(signals.listenerCount(signal)).toBe(0);
    const running = loop.start();
    expect(signals.listenerCount(signal)).toBe(1);
    await clock.sleep(2000);
    signals.emit(signal);
    signals.emit(signal);
    await running;
    expect(starts).toEqual([0]);
    expect(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM')).toBe(0);
  });

  it('are handled unless told otherwise, and let go when the loop fails', async () => {
    const signals = new EventEmitter();
    const { settings, service } = setup(TRANSIENT, { ...TOLERANT, consecutive: 1 });
    const { handleSignals: _without, ...standard } = settings;
    const running = runLoop(service, { ...standard, signals });
    expect(signals.listenerCount('SIGTERM')).toBe(1);
    await expect(running).rejects.toBeInstanceOf(ServiceHaltedError);
    expect(signals.listenerCount('SIGTERM')).toBe(0);
  });

  it('are left alone by a loop that is told to', async () => {
    const signals = new EventEmitter();
    const { loop } = setup(() => {}, {}, { signals, handleSignals: false });
    const running = loop.start(2);
    expect(signals.eventNames()).toEqual([]);
    await running;
  });
});

describe('a run with a limit', () => {
  it('that honours its signal has timed out, and the loop goes on', async () => {
    const { loop, iterations } = setup(
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

  it('that ignores its signal ends the loop, since no other run may stand beside it', async () => {
    const { loop, iterations, starts } = setup(() => new Promise(() => {}), {}, { maxDuration: 4000 });
    await expect(loop.start()).rejects.toBeInstanceOf(RunTimedOutError);
    expect(starts.length).toBe(1);
    expect(iterations.map(({ outcome, abandoned }) => [outcome.kind, abandoned])).toEqual([['timed-out', true]]);
  });
});
