/**
 * A clock for tests. The time moves only when the test moves it or, in mode `auto`, when all code that uses the clock
 * sleeps.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidOptionsError, optionFault } from '../rules/index.ts';
import { refuseOptions } from '../service/index.ts';
import { showValue } from '../text/index.ts';
import type { Clock } from '../time/index.ts';
import { earliest, fallAsleep, type Sleeper } from './sleepers.ts';

/** The options of a fake clock. */
export interface FakeClockOptions {
  /**
   * `auto`: when all code that uses this clock sleeps, the time jumps to the end of the sleep that ends first. Code
   * that waits for something else, such as a socket, counts as asleep. For such code use `manual`, where only `advance`
   * moves the time, or a `harness`, whose clock waits for real work.
   * @default 'auto'
   */
  readonly mode?: 'auto' | 'manual';
}

/** A clock whose time a test moves. */
export interface FakeClock extends Clock {
  /** The lengths of all sleeps so far, in milliseconds, in the order in which they began. */
  readonly sleeps: readonly number[];
  /** The number of sleeps that have not ended yet. */
  readonly sleeping: number;
  /**
   * Moves the time forward by `ms` milliseconds. Each sleep on the way ends at its own time.
   * @throws RangeError if `ms` is negative
   */
  advance(ms: number): Promise<void>;
}

/** Makes a fake clock that starts at `startMs`, in epoch milliseconds. */
export function fakeClock(startMs = 0, options: FakeClockOptions = {}): FakeClock {
  refuseOptions('fakeClock', options, { mode: 'any' });
  const { mode = 'auto' } = options;
  const faults = optionFault(['auto', 'manual'].includes(mode), 'mode', "'auto' or 'manual'", showValue(mode));
  if (faults.length > 0) throw new InvalidOptionsError('fakeClock', faults);
  let time = startMs;
  let leaping = false;
  const sleeps: number[] = [];
  const sleepers = new Set<Sleeper>();

  function wakeFirst(first: Sleeper): void {
    time = Math.max(time, first.wakesAt);
    first.wake();
  }

  async function leap(): Promise<void> {
    if (leaping) return;
    leaping = true;
    await nextTurn();
    for (let first = earliest(sleepers); first !== undefined; first = earliest(sleepers)) {
      wakeFirst(first);
      await nextTurn();
    }
    leaping = false;
  }

  return {
    sleeps,
    now: () => time,
    get sleeping() {
      return sleepers.size;
    },
    sleep(ms, signal) {
      sleeps.push(ms);
      const asleep = fallAsleep(sleepers, { wakesAt: time + Math.max(0, ms) }, signal);
      if (mode === 'auto') void leap();
      return asleep;
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`advance: expected milliseconds of 0 or more, got ${ms}`);
      const end = time + ms;
      await nextTurn();
      for (let first = earliest(sleepers); first !== undefined && first.wakesAt <= end; first = earliest(sleepers)) {
        wakeFirst(first);
        await nextTurn();
      }
      time = Math.max(time, end);
    },
  };
}
