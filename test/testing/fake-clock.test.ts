import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';

describe('a fake clock in auto mode', () => {
  it('shows the instant it was given until somebody sleeps', () => {
    expect(fakeClock(1_700_000_000_000).now()).toBe(1_700_000_000_000);
  });

  it('leaps to the end of a sleep', async () => {
    const clock = fakeClock(1000);
    await clock.sleep(86_400_000);
    expect(clock.now()).toBe(86_401_000);
  });

  it('wakes sleepers in the order of their instants, and of their coming where these are the same', async () => {
    const clock = fakeClock();
    const woken: string[] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.now()}`);
    };
    await Promise.all([sleeper('late', 30), sleeper('first', 10), sleeper('second', 10)]);
    expect(woken).toEqual(['first at 10', 'second at 10', 'late at 30']);
  });

  it('lets whoever was woken go on until it sleeps again before time moves', async () => {
    const clock = fakeClock();
    const seen: number[] = [];
    const busy = async () => {
      await clock.sleep(10);
      for (let turn = 0; turn < 200; turn++) await Promise.resolve();
      seen.push(clock.now());
      await clock.sleep(5);
      seen.push(clock.now());
    };
    await Promise.all([busy(), clock.sleep(1000)]);
    expect(seen).toEqual([10, 15]);
  });

  it('keeps every wait that was asked for', async () => {
    const clock = fakeClock();
    await clock.sleep(7);
    await clock.sleep(0);
    await clock.sleep(-3);
    expect(clock.sleeps).toEqual([7, 0, -3]);
    expect(clock.now()).toBe(7);
  });
});

describe('a fake clock in manual mode', () => {
  it('stands still until it is advanced, and wakes on the way', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    const seen: number[] = [];
    const asleep = (async () => {
      await clock.sleep(100);
      seen.push(clock.now());
      await clock.sleep(100);
      seen.push(clock.now());
    })();
    await clock.advance(99);
    expect(seen).toEqual([]);
    expect(clock.sleeping).toBe(1);
    await clock.advance(1);
    expect(seen).toEqual([100]);
    await clock.advance(400);
    await asleep;
    expect(seen).toEqual([100, 200]);
    expect(clock.now()).toBe(500);
  });

  it('ends a sleep without moving time when its signal is aborted', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    const controller = new AbortController();
    const asleep = clock.sleep(100, controller.signal);
    expect(clock.sleeping).toBe(1);
    controller.abort();
    await asleep;
    await clock.sleep(100, controller.signal);
    expect(clock.sleeping).toBe(0);
    expect(clock.now()).toBe(0);
  });

  it('leaves nothing behind on a signal that outlives the sleep', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    const { signal } = new AbortController();
    const asleep = clock.sleep(100, signal);
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    await clock.advance(100);
    await asleep;
    expect(getEventListeners(signal, 'abort').length).toBe(0);
  });

  it('does not go back', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    await expect(clock.advance(-1)).rejects.toThrow('advance: expected milliseconds of 0 or more, got -1');
  });
});

describe('scripted randomness', () => {
  it('gives its draws in turn and starts over', () => {
    const random = scriptedRandom([0.1, 0.9]);
    expect([random.draw(), random.draw(), random.draw()]).toEqual([0.1, 0.9, 0.1]);
  });

  it('gives identifiers that count up, and differ from those of another script also in their last twelve characters', () => {
    const [one, other] = [scriptedRandom(), scriptedRandom()];
    const ids = [one.id(), one.id(), other.id(), other.id()];
    expect(ids.map((id) => id.slice(-6))).toEqual(['000001', '000002', '000001', '000002']);
    expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(4);
    expect(ids[0]).toMatch(/^00000000-0000-4000-8000-\d{12}$/);
  });

  it.each([[[]], [[1]], [[-0.1]], [[0.5, Number.NaN]]])('refuses %j', (draws) => {
    expect(() => scriptedRandom(draws)).toThrow('draws: expected numbers from 0 to below 1, at least one, got');
  });
});
