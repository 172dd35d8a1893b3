/**
 * The clock and the timers of Tickover. Only this file and `random.ts` read the machine's time, start timers or draw
 * random numbers. All other code is given a {@link Clock}, or calls a function of these two files. All instants are
 * epoch milliseconds.
 */

/** Tells the code of Tickover and the workloads the present instant, and lets them wait. */
export interface Clock {
  /** The present instant in epoch milliseconds. */
  now(): number;
  /**
   * Waits for `ms` milliseconds. If `signal` is aborted, the returned promise resolves at once; it is never rejected.
   * Even with an `ms` of 0 or less, callbacks that are already due run before the wait ends.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The longest time in milliseconds that one timer of Node can wait: a signed 32-bit number. A longer wait consists of
 * several timers.
 */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

// These functions are saved when this module is loaded. A workload may replace `Date.now` and the timers later, as test
// tools do. That must not change the clock by which Tickover judges whether a lease has ended.
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
    // The wall clock and the steady clock (`performance.now`) both measure the wait. It ends as soon as `ms`
    // milliseconds have passed on one of them. The wall clock goes on while the machine sleeps; the steady clock can't
    // be set back.
    const [end, steadyEnd] = [now() + ms, steady() + ms];
    let left = Math.max(0, ms);
    do {
      if (signal?.aborted) return;
      await wait(Math.min(left, LONGEST_TIMER_MS), signal);
      left = Math.min(end - now(), Math.ceil(steadyEnd - steady()));
    } while (left > 0);
  },
});
