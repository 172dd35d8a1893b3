/** Time limits for asynchronous work. */
import type { Clock } from './clock.ts';
import { inSeconds } from './duration.ts';

/** The error of work that wasn't done within its time. Its name is that of the error of `AbortSignal.timeout`. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'time-up';
}

/** A time limit with a grace: work that heeds its signal may end in its own way, which says more than a time limit. */
export interface TimeLimit {
  readonly ms: number;
  /** How long after its signal the work may still end, in milliseconds. */
  readonly grace: number;
}

/**
 * Does the work under a signal that is aborted with a `TimeoutError` once its time has passed on the clock. It rejects
 * with that error at that moment, or after the grace, whether the work heeds its signal or not; the end of the work is
 * ignored after that.
 * @param limit in milliseconds, without a grace, or with one
 */
export async function withTimeLimit<Result>(
  clock: Clock,
  limit: number | TimeLimit,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { ms, grace } = typeof limit === 'number' ? { ms: limit, grace: undefined } : limit;
  const timeUp = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(ms, done.signal).then(async (): Promise<never> => {
    if (!done.signal.aborted) timeUp.abort(new TimeoutError(`no answer within ${inSeconds(ms)} s`));
    if (!done.signal.aborted && grace !== undefined) await clock.sleep(grace, done.signal);
    throw timeUp.signal.reason;
  });
  // Once the work is done, nothing waits for the timer.
  timer.catch(() => {});
  try {
    return await Promise.race([work(timeUp.signal), timer]);
  } finally {
    done.abort();
  }
}

/**
 * Returns the result of the work. If the signal is aborted first, rejects at once with the reason of the signal, and
 * ignores the end of the work.
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
