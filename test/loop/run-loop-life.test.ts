import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LoopRunningError, runLoop } from '../../lib/loop/index.ts';
import { ServiceHaltedError } from '../../lib/service/index.ts';
import { loopOver, TOLERANT, TRANSIENT } from '../support/loop-setup.ts';

describe('a start', () => {
  it.each([0, -1, 1.5, Number.NaN])('refuses %d loops', async (loops) => {
    const { loop, starts } = loopOver(() => {});
    await expect(loop.start(loops)).rejects.toThrow(
      `sweeper: loops: expected a whole number of 1 or more, got ${loops}`,
    );
    expect(starts).toEqual([]);
  });

  it('is refused while the loop runs, and the loop runs on', async () => {
    const { loop, starts } = loopOver(() => {});
    const running = loop.start(3);
    expect(loop.running).toBe(true);
    const again = loop.start(3);
    await expect(again).rejects.toBeInstanceOf(LoopRunningError);
    await expect(again).rejects.toThrow('sweeper: the loop runs already; stop it before it is started again');
    await running;
    expect(starts.length).toBe(3);
  });

  it('can be repeated, goes on from the state, and calls onStart and onStop once each', async () => {
    const calls: string[] = [];
    const { loop } = loopOver(
      TRANSIENT,
      { ...TOLERANT, kind: 'loop' },
      {
        onStart: () => void calls.push('onStart'),
        onStop: () => void calls.push('onStop'),
      },
    );
    await loop.start(2);
    await loop.start(1);
    expect(calls).toEqual(['onStart', 'onStop', 'onStart', 'onStop']);
    expect(loop.state.streak).toBe(3);
  });

  it('forgets a stop that came before it', async () => {
    const { loop, starts } = loopOver(() => {});
    await loop.stop();
    await loop.start(2);
    expect(starts.length).toBe(2);
  });

  it('runs nothing when onStart fails, calls onStop, and rejects with what onStart threw', async () => {
    const refused = new Error('no connection');
    const calls: string[] = [];
    const { loop, starts } = loopOver(
      () => {},
      {},
      {
        onStart: () => Promise.reject(refused),
        onStop: () => void calls.push('onStop'),
      },
    );
    await expect(loop.start(1)).rejects.toBe(refused);
    expect(starts).toEqual([]);
    expect(calls).toEqual(['onStop']);
    expect(loop.running).toBe(false);
  });

  it('rejects with what onStop threw, unless the loop had failed before', async () => {
    const late = new Error('cannot close');
    const onStop = () => Promise.reject(late);
    await expect(loopOver(() => {}, {}, { onStop }).loop.start(1)).rejects.toBe(late);
    const failed = loopOver(TRANSIENT, { ...TOLERANT, consecutive: 1 }, { onStop });
    await expect(failed.loop.start(1)).rejects.toBeInstanceOf(ServiceHaltedError);
    expect(failed.log.of('error')).toContain('sweeper: onStop threw; the loop had failed before it');
  });

  it('makes what the workload needs once, in the first run, and again only if that failed', async () => {
    let made = 0;
    const seen: unknown[] = [];
    const { loop, iterations } = loopOver(({ prepared }) => void seen.push(prepared), {
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

describe('a stop', () => {
  it('a stop during a run lets it finish', async () => {
    const ended: number[] = [];
    const made = loopOver(async ({ clock, signal }) => {
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

  it('a stop during the sleep ends it at once', async () => {
    const { loop, clock, starts } = loopOver(() => {});
    const running = loop.start();
    await clock.sleep(2500);
    await loop.stop();
    await running;
    expect(clock.now()).toBe(2500);
    expect(starts).toEqual([0]);
  });

  it('a stop during onStart leaves nothing to run', async () => {
    const made = loopOver(() => {}, {}, { onStart: () => void made.loop.stop({ block: false }) });
    await made.loop.start();
    expect(made.starts).toEqual([]);
  });

  it('waits at most one interval, and then warns that something is wrong', async () => {
    const made = loopOver(({ clock }) => clock.sleep(60_000));
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

  it('a stop from inside the service ends the loop after this run, if it does not block', async () => {
    const made = loopOver(() => made.loop.stop({ block: false }));
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
    const { loop, clock, starts } = loopOver(() => {}, {}, { signals, handleSignals: true });
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

  it('are handled unless the options forbid it, and let go when the loop fails', async () => {
    const signals = new EventEmitter();
    const { settings, service } = loopOver(TRANSIENT, { ...TOLERANT, consecutive: 1 });
    const { handleSignals: _without, ...standard } = settings;
    const running = runLoop(service, { ...standard, signals });
    expect(signals.listenerCount('SIGTERM')).toBe(1);
    await expect(running).rejects.toBeInstanceOf(ServiceHaltedError);
    expect(signals.listenerCount('SIGTERM')).toBe(0);
  });

  it('are left alone by a loop that is asked to', async () => {
    const signals = new EventEmitter();
    const { loop } = loopOver(() => {}, {}, { signals, handleSignals: false });
    const running = loop.start(2);
    expect(signals.eventNames()).toEqual([]);
    await running;
  });
});
