/**
 * The clock and the timers. With `random.ts` this is the only file that reads the machine's time, starts a timer
 * or draws a number; everything else gets a {@link Clock}. All instants are epoch milliseconds.
 */

/** Time as a service sees it: now, and a way to wait. */
export interface Clock {
  /** The present instant in epoch milliseconds. */
  now(): number;
  /**
   * Waits for `ms` milliseconds. Resolves early, without an error, as soon as `signal` is aborted: waiting is never an
   * outcome of its own. A duration of 0 or less still gives way once.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A single timer can't exceed a signed 32-bit count of milliseconds: longer waits are made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

// As they were at load: a workload that replaces them, as test tools do, must not set the clock that leases are judged
// by.
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

/** A signal that is aborted after `ms` milliseconds of the machine's own time, for code that takes no clock. */
export function timeoutSignal(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** The machine's own clock. */
export const systemClock: Clock = Object.freeze({
  now: () => now(),
  async sleep(ms: number, signal?: AbortSignal) {
    // By the wall clock, which counts on while the machine sleeps, or by the steady one, which can't be set back: the
    // first to end.
    const [end, steadyEnd] = [now() + ms, steady() + ms];
    let left = Math.max(0, ms);
    do {
      if (signal?.aborted) return;
      await wait(Math.min(left, LONGEST_TIMER_MS), signal);
      left = Math.min(end - now(), Math.ceil(steadyEnd - steady()));
    } while (left > 0);
  },
});
