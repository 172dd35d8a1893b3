/**
 * The time limits for the writes of a tick. The state is written last and is the most important: its write is tried
 * again until shortly before `endsAt`, the end of the time of the tick. Run records are written and read before that.
 * This may take half of what is left of the option `reserve` after the grace of the workload; then the tick stops
 * waiting for it.
 */
import {
  ACQUIRE_LIMIT,
  FIRST_RETRY_WAIT,
  GRACE,
  LONGEST_RETRY_WAIT,
  NOTIFY_TIME,
  ONE_TRY,
  UnreadableStateError,
} from '../service/index.ts';
import { withTimeLimit } from '../time/index.ts';
import type { Claim } from './ports.ts';
import type { TickContext } from './tick-context.ts';

/**
 * Returns the result of `work` on run records, if it is done before the time that is kept for writing the state begins.
 * @throws Error if `work` is not done by then; `work` goes on, and its result is ignored
 */
export async function beforeWriteDeadline<Result>(
  { ports: { clock }, service, endsAt }: TickContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = endsAt - (service.reserve - GRACE) / 2;
  if (clock.now() >= until) throw new Error('there is no time left for it before the state must be written');
  return withTimeLimit(clock, until - clock.now(), work);
}

/** Releases the lease. Gives up after ACQUIRE_LIMIT, which is also the limit for taking a lease. */
export function releaseLease({ ports: { clock, store } }: TickContext, claim: Claim): Promise<void> {
  return withTimeLimit(clock, ACQUIRE_LIMIT, (signal) => store.release(claim, signal));
}

/**
 * Does `write`, and tries again after each failure of the store until shortly before `endsAt`: a success that is never
 * written would count as a crash, and its tick would not be decided. If little or no time is left, the write still has
 * {@link ONE_TRY}. The error of an unreadable state is thrown at once, since a retry does not help. While the process
 * stops, every error is thrown at once.
 */
export async function retryUntilEnd<Result>(
  { service, invocation, ports: { clock, log }, endsAt }: TickContext,
  write: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const until = Math.max(endsAt - NOTIFY_TIME, clock.now() + ONE_TRY);
  for (let wait = FIRST_RETRY_WAIT; ; wait = Math.min(2 * wait, LONGEST_RETRY_WAIT)) {
    try {
      // A grace of 0: a store that rejects as soon as its signal is aborted throws its own error, which says more than
      // that of a time limit.
      return await withTimeLimit(clock, { ms: until - clock.now(), grace: 0 }, write);
    } catch (error) {
      const isLast = clock.now() + wait >= until || invocation.stop?.aborted === true;
      if (isLast || error instanceof UnreadableStateError) throw error;
      if (wait === FIRST_RETRY_WAIT) {
        log.warn(`${service.name}: the state can't be written yet; it is tried again until the run's end`, { error });
      }
      await clock.sleep(wait, invocation.stop);
    }
  }
}
