import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createLoop, LoopsFailedError, runMany } from '../../lib/loop/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { keptLog } from '../support/loop-kit.ts';

function setup() {
  const clock = fakeClock();
  const log = keptLog();
  const signals = new EventEmitter();
  const loopOf = (name: string, workload: () => Promise<unknown>) =>
    createLoop(defineService({ name, interval: '10s', workload, classify: () => ({ kind: 'fatal' }) }), {
      clock,
      log,
      signals,
      random: scriptedRandom(),
    });
  return { clock, log, signals, loopOf };
}

const FATAL = new RangeError('a mistake');
const fails = () => Promise.reject(FATAL);
const works = () => Promise.resolve();

describe('runMany', () => {
  it.each(['SIGINT', 'SIGTERM'])('stops all loops with one handler for %s', async (signal) => {
    const { clock, signals, loopOf } = setup();
    const loops = [loopOf('first', works), loopOf('second', works)];
    const running = runMany(loops, { signals });
    expect(signals.listenerCount(signal)).toBe(1);
    await clock.sleep(25_000);
    expect(loops.map((loop) => loop.running)).toEqual([true, true]);
    signals.emit(signal);
    await running;
    expect(loops.map((loop) => loop.running)).toEqual([false, false]);
    expect(clock.now()).toBe(25_000);
    expect(signals.eventNames()).toEqual([]);
  });

  it('lets the others go on when one fails, logs it at once, and names it when all have ended', async () => {
    const { clock, log, signals, loopOf } = setup();
    const [broken, healthy, worse] = [loopOf('broken', fails), loopOf('healthy', works), loopOf('worse', fails)];
    const running = runMany([broken, healthy, worse], { signals });
    const settled = expect(running).rejects.toMatchObject({
      name: 'LoopsFailedError',
      code: 'loops-failed',
      services: ['broken', 'worse'],
      errors: [FATAL, FATAL],
      message: 'runMany: 2 of 3 loops failed: broken, worse; each of the others went on to its own end',
    });
    await clock.sleep(25_000);
    expect([broken.running, healthy.running, worse.running]).toEqual([false, true, false]);
    expect(log.of('error')).toEqual([
      'broken: the loop ended with RangeError; it runs again when it is started',
      'worse: the loop ended with RangeError; it runs again when it is started',
    ]);
    signals.emit('SIGTERM');
    await settled;
    expect(signals.eventNames()).toEqual([]);
  });

  it('rejects with an AggregateError', async () => {
    const { signals, loopOf } = setup();
    const error: unknown = await runMany([loopOf('broken', fails)], { signals }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toBeInstanceOf(LoopsFailedError);
  });

  it('resolves when there is nothing to run', async () => {
    const { signals } = setup();
    await expect(runMany([], { signals })).resolves.toBeUndefined();
    expect(signals.eventNames()).toEqual([]);
  });
});
