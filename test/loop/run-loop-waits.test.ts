/** What a loop waits for without a limit, as upstream does: it never waits in silence. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type LoopOptions, runMany } from '../../lib/loop/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import { loopOver } from '../support/loop-setup.ts';

const later = () => {
  let end = () => {};
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end };
};
const warning = (hook: string) =>
  `sweeper: ${hook} is not done 10 s after the loop was to end; the loop waits for it; ` +
  'give what it awaits a time limit';
const STILL_GOING = expect.stringContaining('more than one loop interval (10 seconds) has passed');

function loopBy(workload: () => unknown, options: Partial<LoopOptions> = {}) {
  const clock = fakeClock(0, { mode: 'manual' });
  return { ...loopOver(workload, {}, { ...options, clock }), clock };
}

const HOOKS = ['onStart', 'onIteration', 'onStop'] as const;

describe('A loop that was to end', () => {
  it.each(HOOKS)('warns once of an %s that goes on for longer than an interval, and waits for it', async (hook) => {
    const { promise, end } = later();
    const { loop, log, clock } = loopBy(() => {}, { [hook]: () => promise });
    const running = loop.start();
    await clock.advance(0);
    await loop.stop({ block: false });
    await clock.advance(9_999);
    expect(log.of('warn')).toEqual([]);

    await clock.advance(60_000);

    expect(log.of('warn')).toEqual([warning(hook)]);
    expect(loop.running).toBe(true);
    end();
    await running;
    expect(clock.sleeping).toBe(0);
  });

  it('warns also where its runs are done and only its onStop goes on', async () => {
    const { promise, end } = later();
    const { loop, log, clock } = loopBy(() => {}, { onStop: () => promise });
    const running = loop.start(1);
    await clock.advance(10_000);

    expect(log.of('warn')).toEqual([warning('onStop')]);
    end();
    await running;
  });

  it.each(HOOKS)('says nothing of an %s that is done in time, or fails', async (hook) => {
    const { loop, log, clock } = loopBy(() => {}, { [hook]: () => clock.sleep(9_000) });
    const running = loop.start(1);
    await clock.advance(0);
    await loop.stop({ block: false });
    await clock.advance(10_000);
    await running;
    expect(log.of('warn')).toEqual([]);

    const failing = loopBy(() => {}, { [hook]: () => Promise.reject(new Error('no connection')) });
    await failing.loop.start(1).catch(() => {});
    expect(failing.log.of('warn')).toEqual([]);
    expect(failing.clock.sleeping).toBe(0);
  });

  it('warns where a signal asked for it and its run goes on for longer than an interval', async () => {
    const { promise, end } = later();
    const signals = new EventEmitter();
    const { loop, log, clock } = loopBy(() => promise, { handleSignals: true, signals });
    const running = loop.start();
    await clock.advance(0);
    signals.emit('SIGTERM');
    await clock.advance(10_000);

    expect(log.of('warn')).toEqual([STILL_GOING]);
    end();
    await running;
  });

  it('warns also as one of several', async () => {
    const { promise, end } = later();
    const signals = new EventEmitter();
    const { loop, log, clock } = loopBy(() => promise);
    const running = runMany([loop], { signals });
    await clock.advance(0);
    signals.emit('SIGINT');
    await clock.advance(10_000);

    expect(log.of('warn')).toEqual([STILL_GOING]);
    end();
    await running;
  });
});
