/**
 * The clock and the timers. Only this file and `random.ts` read the machine's time, start timers or draw numbers; all
 * other code gets a {@link Clock}. All instants are epoch milliseconds.
 */

/** The time as a service sees it: the present instant, and a way to wait. */
export interface Clock {
  /** The present instant in epoch milliseconds. */
  now(): number;
  /**
   * Waits for `ms` milliseconds. If `signal` is aborted the wait resolves at once, without an error, so that no caller
   * has to tell an aborted wait from an ended one. A duration of 0 or less still yields to other work once.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A timer of Node takes at most a signed 32-bit number of milliseconds: a longer wait consists of several timers. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

// Taken when this module is loaded: a workload may replace `Date.now` and the timers, as test tools do. That must not
// change the clock by which leases are judged.
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

/** A signal that is aborted after `ms` milliseconds by the system clock, for code that gets no clock. */
export function timeoutSignal(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** The clock of the machine. */
export const systemClock: Clock = Object.freeze({
  now: () => now(),
  async sleep(ms: number, signal?: AbortSignal) {
    // The wait ends by whichever of two clocks is first: the wall clock goes on while the machine sleeps, and the
    // steady clock can't be set back.
    const [end, steadyEnd] = [now() + ms, steady() + ms];
    let left = Math.max(0, ms);
    do {
      if (signal?.aborted) return;
      await wait(Math.min(left, LONGEST_TIMER_MS), signal);
      left = Math.min(end - now(), Math.ceil(steadyEnd - steady()));
    } while (left > 0);
  },
});
