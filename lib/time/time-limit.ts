/** Work that has so much time and no more. */
import type { Clock } from './clock.ts';
import { inSeconds } from './duration.ts';

/** Work was not done in its time. By its name it is one with what `AbortSignal.timeout` gives. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'time-up';
}

/**
 * Does the work under a signal that is aborted, for a `TimeoutError`, once `ms` have passed on the clock. The work is
 * waited for all the same: heeding the signal is its own part.
 */
export async function withTimeLimit<Result>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timeUp = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) timeUp.abort(new TimeoutError(`no answer within ${inSeconds(ms)} s`));
  });
  // The work's end is what is waited for, the timer is not.
  timer.catch(() => {});
  try {
    return await work(timeUp.signal);
  } finally {
    done.abort();
  }
}

/**
 * The work's result, or the signal's reason as soon as it is aborted; what the work comes to after that is heard by
 * nobody.
 */
export async function abortable<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  let leave = () => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
