import { describe, expect, it } from 'vitest';
import { createLoop, runLoop } from '../../lib/loop/index.ts';
import { defineService, NotImplementedError, type RunContext, ServiceHaltedError } from '../../lib/service/index.ts';
import { type FakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { loopOver, type Options, TOLERANT, TRANSIENT } from '../support/loop-setup.ts';

/** Sleeps for the workload's own sake, each of `seconds` in turn. */
function lasting(clock: () => FakeClock, seconds: readonly number[]) {
  return (_context: RunContext, call: number) => clock().sleep((seconds[call - 1] ?? 0) * 1000);
}

describe('a critical loop', () => {
  it('runs at once, and from then on an interval after each end', async () => {
    const { loop, starts } = loopOver(({ clock }) => clock.sleep(3000));
    await loop.start(3);
    expect(starts).toEqual([0, 13_000, 26_000]);
  });

  it('never sleeps when it runs once, and swallows the failure (run_once)', async () => {
    const { service, settings, clock, iterations } = loopOver(TRANSIENT, { ...TOLERANT, consecutive: 1, backoff: 2 });
    await runLoop(service, { ...settings, loops: 1 });
    expect(clock.sleeps).toEqual([]);
    expect(iterations.map(({ verdict }) => verdict)).toEqual(['backing-off']);
  });

  it('halts with an error that carries the words of the original, and does not sleep before it', async () => {
    const { loop, clock } = loopOver(TRANSIENT, TOLERANT);
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
    const { loop, log, iterations } = loopOver(
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
    const { loop, starts } = loopOver(
      (_context, call) => {
        if (call === 1) throw new Error('429');
      },
      { classify: () => ({ kind: 'failed', retryAfter: 25_000 }) },
    );
    await loop.start(3);
    expect(starts).toEqual([0, 25_000, 35_000]);
  });

  it('does not sleep less for a Retry-After below its delay', async () => {
    const { loop, starts } = loopOver(TRANSIENT, { classify: () => ({ kind: 'failed', retryAfter: 2000 }) });
    await loop.start(2);
    expect(starts).toEqual([0, 10_000]);
  });

  it('doubles its delay with each trip, up to maxInterval', async () => {
    const { loop, clock } = loopOver(TRANSIENT, { ...TOLERANT, consecutive: 1, backoff: 6, maxInterval: '50s' });
    await expect(loop.start()).rejects.toThrow('Service exceeded error threshold.');
    expect(clock.sleeps).toEqual([20_000, 40_000, 50_000, 50_000, 50_000]);
  });

  it('draws each sleep anew when it jitters', async () => {
    const { loop, clock } = loopOver(() => {}, { jitterRange: 0.3 }, { random: scriptedRandom([0, 0.5]) });
    await loop.start(4);
    expect(clock.sleeps.map(Math.round)).toEqual([7518, 9888, 7518]);
  });

  it('hands the report to the printer, and to the log where there is none', async () => {
    const printed: string[] = [];
    const own = loopOver(TRANSIENT, {
      ...TOLERANT,
      consecutive: 1,
      backoff: 2,
      printer: (line) => void printed.push(line),
    });
    await own.loop.start(1);
    const logged = loopOver(TRANSIENT, { ...TOLERANT, consecutive: 1, backoff: 2 });
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
    const { loop, log, starts } = loopOver(TRANSIENT, {
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
      'sweeper: the printer threw; the service goes on without this line: Examples of recent errors:',
      'sweeper: the printer threw; the service goes on without this line: Examples of recent errors:',
    ]);
  });

  it('is silent about a run that outlasts the interval, since it counts from the end', async () => {
    const { loop, log } = loopOver(({ clock }) => clock.sleep(11_000));
    await loop.start(2);
    expect(log.of('warn')).toEqual([]);
  });

  it('may be paced by its starts', async () => {
    const { loop, starts } = loopOver(({ clock }) => clock.sleep(3000), {}, { pace: 'fixed-rate' });
    await loop.start(3);
    expect(starts).toEqual([0, 10_000, 20_000]);
  });
});

describe('a loop service', () => {
  const LOOP: Options = { kind: 'loop' };

  it('counts from the start of a run, and from now when that is later (S1)', async () => {
    const made = loopOver(
      lasting(() => made.clock, [4, 25, 1, 0]),
      LOOP,
    );
    await made.loop.start(4);
    expect(made.starts).toEqual([0, 10_000, 35_000, 45_000]);
  });

  it('may be paced by its ends', async () => {
    const made = loopOver(
      lasting(() => made.clock, [4, 4]),
      LOOP,
      { pace: 'fixed-delay' },
    );
    await made.loop.start(2);
    expect(made.starts).toEqual([0, 14_000]);
  });

  it('runs every 60 s by default', async () => {
    const { settings, clock } = loopOver(() => {});
    await createLoop(defineService({ name: 'hourly', kind: 'loop', workload: async () => {} }), settings).start(2);
    expect(clock.sleeps).toEqual([60_000]);
  });

  it('logs any error with its stack and goes on (S2)', async () => {
    const error = new TypeError('what is this');
    const { loop, log, starts } = loopOver(() => {
      throw error;
    }, LOOP);
    await loop.start(5);
    expect(starts.length).toBe(5);
    const errors = log.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual(Array(5).fill('Unexpected error in: TypeError: what is this'));
    expect(errors[0]?.fields).toMatchObject({ service: 'sweeper', error });
    expect(errors[0]?.fields?.['stack']).toMatch(/^TypeError: what is this\n\s+at /);
    expect(loop.state.streak).toBe(5);
  });

  it('passes NotImplementedError on, and calls onStop even then (S2)', async () => {
    const calls: string[] = [];
    const { settings } = loopOver(() => {}, LOOP, { onStop: () => void calls.push('onStop') });
    const unwritten = createLoop(defineService({ name: 'unwritten', kind: 'loop' }), settings);
    await expect(unwritten.start()).rejects.toBeInstanceOf(NotImplementedError);
    expect(calls).toEqual(['onStop']);
  });

  it('warns of a run strictly longer than the interval, and not of one as long (S3)', async () => {
    const made = loopOver(
      lasting(() => made.clock, [10, 10.5]),
      LOOP,
    );
    await made.loop.start(2);
    expect(made.log.of('warn')).toEqual([
      'sweeper took 10.5 seconds to run, which is longer than its loop interval of 10 seconds.',
    ]);
  });

  it('does not warn of a long run that ends the loop, as upstream does not', async () => {
    const made = loopOver(async () => {
      await made.clock.sleep(10_500);
      throw new NotImplementedError('nothing here yet');
    }, LOOP);
    await expect(made.loop.start(2)).rejects.toBeInstanceOf(NotImplementedError);
    expect(made.log.of('warn')).toEqual([]);
  });

  it('has the debug lines of the original (S6)', async () => {
    const { loop, log } = loopOver(() => {}, LOOP);
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
    const { loop, starts } = loopOver(({ clock }) => clock.sleep(3000).then(TRANSIENT), {
      ...LOOP,
      trips: true,
      consecutive: 2,
      backoff: 2,
    });
    await expect(loop.start()).rejects.toThrow('Service exceeded error threshold.');
    expect(starts).toEqual([0, 10_000, 30_000, 50_000]);
  });
});
