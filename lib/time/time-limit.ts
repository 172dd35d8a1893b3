import type { Clock } from './clock.ts';
import { inSeconds } from './duration.ts';

/**
 * The error of a time limit that has passed ({@link withTimeLimit}). Its name is that of the error of
 * `AbortSignal.timeout`, so that Tickover classifies both errors alike.
 */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'time-up';

  /** @internal The brand of Tickover's errors, as `lib/text` defines it. */
  get [Symbol.for('tickover.error')](): true {
    return true;
  }
}

/**
 * A time limit for a piece of work, and a grace after it, during which the work may still end with an error of its own.
 */
export interface TimeLimit {
  readonly ms: number;
  /** How many milliseconds the work may go on after its signal has been aborted. */
  readonly grace: number;
}

/**
 * Runs `work` and returns its result. When the time limit has passed on `clock`, the signal of the work is aborted. If
 * the work has not ended by then, or by the end of the grace, the returned promise is rejected with a `TimeoutError`,
 * and a later result of the work is ignored.
 * @param limit a number of milliseconds (no grace), or a {@link TimeLimit}
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
  // Once the work is done, no code awaits `timer`. Its rejection must not count as unhandled.
  timer.catch(() => {});
  try {
    return await Promise.race([work(timeUp.signal), timer]);
  } finally {
    done.abort();
  }
}

/**
 * Runs `work` and returns its result. When `signal` is aborted, the returned promise is rejected at once with the
 * reason of the signal, and a later result of the work is ignored. If `signal` is aborted already, the work isn't
 * started.
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
