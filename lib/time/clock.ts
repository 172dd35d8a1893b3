/**
 * The clock and the timers. Only this file and `random.ts` read the machine's time, start timers or draw random
 * numbers. All other code is given a {@link Clock}, or calls a function of these two files. All instants are epoch
 * milliseconds.
 */

/** The time as the code of Tickover and workloads see it: the present instant, and a way to wait. */
export interface Clock {
  /** The present instant in epoch milliseconds. */
  now(): number;
  /**
   * Waits for `ms` milliseconds. If `signal` is aborted the wait ends at once, without an error: for the caller it is a
   * wait that has ended. With an `ms` of 0 or less, other pending work still runs once before the wait ends.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The longest time in milliseconds that one timer of Node can wait: a signed 32-bit number. A longer wait consists of
 * several timers.
 */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

// These functions are saved when this module is loaded. A workload may replace `Date.now` and the timers later, as test
// tools do. That must not change the clock by which leases are judged.
const { now } = Date;
const { setTimeout, clearTimeout } = globalThis;
const steady = performance.now.bind(performance);

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** A signal that is aborted after `ms` milliseconds by the system clock, for code that isn't given a {@link Clock}. */
export function timeoutSignal(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** The {@link Clock} that reads the real time of this machine. */
export const systemClock: Clock = Object.freeze({
  now: () => now(),
  async sleep(ms: number, signal?: AbortSignal) {
    // Two clocks measure the wait, and it ends as soon as one of them says so. The wall clock goes on while the machine
    // sleeps, and the steady clock can't be set back.
    const [end, steadyEnd] = [now() + ms, steady() + ms];
    let left = Math.max(0, ms);
    do {
      if (signal?.aborted) return;
      await wait(Math.min(left, LONGEST_TIMER_MS), signal);
      left = Math.min(end - now(), Math.ceil(steadyEnd - steady()));
    } while (left > 0);
  },
});
