import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { fewAtOnce } from '../../lib/local/functions/few-at-once.ts';
import { idleWorkers } from '../../lib/local/functions/idle-workers.ts';
import { fakeClock } from '../../lib/testing/index.ts';

describe('starts that take turns', () => {
  test('are few at once, in the order in which they were asked for, and one that fails leaves its place', async () => {
    const takeTurn = fewAtOnce(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const start = (index: number) =>
      takeTurn(async () => {
        begun.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (index === 0) throw new Error('failed');
        return index;
      });
    const starts = [0, 1, 2, 3, 4].map(start);
    const first = expect(starts[0]).rejects.toThrow('failed');
    await nextTurn();
    expect(begun).toEqual([0, 1]);

    ends[0]?.();
    await first;
    await nextTurn();
    expect(begun).toEqual([0, 1, 2]);
    ends[1]?.();
    ends[2]?.();
    await nextTurn();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    ends[3]?.();
    ends[4]?.();
    expect(await Promise.all(starts.slice(1))).toEqual([1, 2, 3, 4]);
  });
});

describe('idle workers', () => {
  function kept(most: number) {
    const clock = fakeClock(0, { mode: 'manual' });
    const workers = idleWorkers(clock, most);
    const retired: string[] = [];
    const worker = (name: string) => ({ retire: () => void retired.push(name) });
    return { clock, workers, retired, worker };
  }

  test('the one that is idle longest ends where they are too many, not before its last lines have come', async () => {
    const { clock, workers, retired, worker } = kept(2);
    for (const name of ['a', 'b', 'c', 'd']) workers.add(worker(name));
    await clock.advance(999);
    expect(retired).toEqual([]);

    await clock.advance(1);
    expect(retired).toEqual(['a', 'b']);
  });

  test('one with an invocation is not idle, and is idle anew after it', async () => {
    const { clock, workers, retired, worker } = kept(1);
    const [a, b] = [worker('a'), worker('b')];
    workers.add(a);
    workers.add(b);
    workers.remove(a);
    await clock.advance(10_000);
    expect(retired).toEqual([]);

    workers.add(a);
    await clock.advance(1_000);
    expect(retired).toEqual(['b']);
  });

  test('each ends after five minutes without an invocation', async () => {
    const { clock, workers, retired, worker } = kept(9);
    workers.add(worker('a'));
    await clock.advance(299_999);
    expect(retired).toEqual([]);

    await clock.advance(1);
    expect(retired).toEqual(['a']);
    expect(clock.sleeping).toBe(0);
  });
});
