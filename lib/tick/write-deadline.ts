/**
 * How long a tick may go on writing. The state is written last and is the most important: its write is tried again
 * until shortly before the end of the run. Run records and remembered failures come before it. They may take half of
 * the time that the reserve leaves after the grace; what is not done by then is given up.
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
 * Returns the result of the work, if it comes while there is time left to commit.
 * @throws Error otherwise; the work goes on, and its end is ignored
 */
export async function beforeWriteDeadline<Result>(
  { ports: { clock }, service, endsAt }: TickContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = endsAt - (service.reserve - GRACE) / 2;
  if (clock.now() >= until) throw new Error('there is no time left for it before the state must be written');
  return withTimeLimit(clock, until - clock.now(), work);
}

/** Releases the lease, in as much time as taking one has. */
export function releaseLease({ ports: { clock, store } }: TickContext, claim: Claim): Promise<void> {
  return withTimeLimit(clock, ACQUIRE_LIMIT, (signal) => store.release(claim, signal));
}

/**
 * Tries the write again after each failure of the store until shortly before the end of the run: a success that is
 * never written would count as a crash and run again. A write that starts too late still has {@link ONE_TRY}. The error
 * of an unreadable state is thrown at once, since a retry does not help; so is any error while the process stops.
 */
export async function retryUntilEnd<Result>(
  { service, invocation, ports: { clock, log }, endsAt }: TickContext,
  write: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const until = Math.max(endsAt - NOTIFY_TIME, clock.now() + ONE_TRY);
  for (let wait = FIRST_RETRY_WAIT; ; wait = Math.min(2 * wait, LONGEST_RETRY_WAIT)) {
    try {
      // A store that heeds its signal rejects with an error of its own, which says more than a time limit.
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
