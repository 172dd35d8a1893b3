import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../lib/time/index.ts';

describe("the machine's clock", () => {
  it('has gone on by what was slept', async () => {
    const before = systemClock.now();
    await systemClock.sleep(20);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(19);
  });

  it('ends a sleep of an hour when its signal is aborted, and leaves nothing on the signal', async () => {
    const controller = new AbortController();
    const asleep = systemClock.sleep(3_600_000, controller.signal);
    expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
    controller.abort();
    await expect(asleep).resolves.toBeUndefined();
    expect(getEventListeners(controller.signal, 'abort').length).toBe(0);
  });

  it('does not begin to sleep for a signal that is aborted already', async () => {
    await expect(systemClock.sleep(3_600_000, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('sleeps for longer than a timer can count', async () => {
    const controller = new AbortController();
    const long = systemClock.sleep(2 ** 40, controller.signal).then(() => 'long');
    const first = await Promise.race([long, systemClock.sleep(30).then(() => 'short')]);
    controller.abort();
    expect(first).toBe('short');
    await long;
  });

  it('gives way once for nothing at all', async () => {
    const order: string[] = [];
    const asleep = systemClock.sleep(-5).then(() => order.push('slept'));
    order.push('went on');
    await asleep;
    expect(order).toEqual(['went on', 'slept']);
  });
});

describe('a workload that meddles with time', () => {
  it('can replace the global clock and timers, but not what leases are judged by', async () => {
    const before = systemClock.now();
    const { Date: real, setTimeout: timer } = globalThis;
    const { now } = real;
    try {
      Date.now = () => 0;
      globalThis.Date = class extends real {
        static override now = () => 0;
      } as DateConstructor;
      globalThis.setTimeout = (() => {
        throw new Error('no timers');
      }) as never;
      expect(systemClock.now()).toBeGreaterThanOrEqual(before);
      await expect(systemClock.sleep(1)).resolves.toBeUndefined();
    } finally {
      Object.assign(globalThis, { Date: real, setTimeout: timer });
      real.now = now;
    }
  });

  it('can change neither the clock nor the randomness that it is handed', () => {
    expect(() => Object.assign(systemClock, { now: () => 0 })).toThrow(TypeError);
    expect(() => Object.assign(systemRandom, { id: () => 'mine' })).toThrow(TypeError);
  });
});

describe("the machine's randomness", () => {
  it('draws from 0 to below 1', () => {
    const draws = Array.from({ length: 100 }, () => systemRandom.draw());
    expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true);
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('gives identifiers in the form of a UUID, no two alike', () => {
    const ids = Array.from({ length: 100 }, () => systemRandom.id());
    expect(ids.every((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(100);
  });
});
