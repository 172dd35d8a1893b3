/**
 * The clock and the timers of Tickover. Only this file and `random.ts` read the machine's time, start timers or draw
 * random numbers. All other code is given a {@link Clock}, or calls a function of these two files. All instants are
 * epoch milliseconds.
 */

/** Gives the present instant, and waits. */
export interface Clock {
  /** The present instant in epoch milliseconds. */
  now(): number;
  /**
   * Waits for `ms` milliseconds. If `signal` is aborted, the returned promise resolves at once; it is never rejected.
   * Even with an `ms` of 0 or less, the event loop runs the callbacks that are already due before the wait ends.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest wait of one timer of Node, in milliseconds. A longer wait takes several timers. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

// These functions are saved when this module is loaded, since a workload may replace `Date.now` and the timers later
// with those of a test tool.
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
    // The wait ends as soon as `ms` milliseconds have passed on the wall clock or on the steady clock
    // (`performance.now`). The steady clock may stop while the machine sleeps; the wall clock may be set back.
    const [end, steadyEnd] = [now() + ms, steady() + ms];
    let left = Math.max(0, ms);
    do {
      if (signal?.aborted) return;
      await wait(Math.min(left, LONGEST_TIMER_MS), signal);
      left = Math.min(end - now(), Math.ceil(steadyEnd - steady()));
    } while (left > 0);
  },
});
