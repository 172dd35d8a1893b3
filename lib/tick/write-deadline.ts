/**
 * The time limits for the last writes of a tick. The write of the state is tried again until shortly before `endsAt`.
 * Work on run records ends earlier, since the state is more important.
 */
import {
  ACQUIRE_LIMIT,
  FIRST_RETRY_WAIT,
  GRACE,
  isUnreadableState,
  LONGEST_RETRY_WAIT,
  NOTIFY_TIME,
  ONE_TRY,
} from '../service/index.ts';
import { withTimeLimit } from '../time/index.ts';
import type { Claim } from './ports.ts';
import type { TickContext } from './tick-context.ts';

/**
 * Does `work` on run records, and stops waiting when the time begins that is kept for writing the state.
 * @throws Error if `work` is not done by then; a later result of `work` is ignored
 */
export async function beforeWriteDeadline<Result>(
  { ports: { clock }, service, endsAt }: TickContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = endsAt - (service.reserve - GRACE) / 2;
  if (clock.now() >= until) throw new Error('there is no time left for it before the state must be written');
  return withTimeLimit(clock, until - clock.now(), work);
}

/** Releases the lease. Gives up after ACQUIRE_LIMIT (2.9 s). */
export function releaseLease({ ports: { clock, store } }: TickContext, claim: Claim): Promise<void> {
  return withTimeLimit(clock, ACQUIRE_LIMIT, (signal) => store.release(claim, signal));
}

/**
 * Does `write`, and tries again after each failure until shortly before `endsAt`, since without this write the run
 * would count as crashed. If no time is left, the write still has {@link ONE_TRY} (1 s). An UnreadableStateError, or
 * any error while the process stops, is thrown at once.
 */
export async function retryUntilEnd<Result>(
  { service, invocation, ports: { clock, log }, endsAt }: TickContext,
  write: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const until = Math.max(endsAt - NOTIFY_TIME, clock.now() + ONE_TRY);
  for (let wait = FIRST_RETRY_WAIT; ; wait = Math.min(2 * wait, LONGEST_RETRY_WAIT)) {
    try {
      // With a grace of 0, a store that rejects when its signal is aborted can still throw its own error, which says
      // more than a TimeoutError.
      return await withTimeLimit(clock, { ms: until - clock.now(), grace: 0 }, write);
    } catch (error) {
      const isLast = clock.now() + wait >= until || invocation.stop?.aborted === true;
      if (isLast || isUnreadableState(error)) throw error;
      if (wait === FIRST_RETRY_WAIT) {
        log.warn(`${service.name}: the state can't be written yet; it is tried again until the run's end`, { error });
      }
      await clock.sleep(wait, invocation.stop);
    }
  }
}
