/**
 * What may be done until a run's end. The state's own write comes last and counts most: it is tried until the end is near. Records
 * and remembered failures are told beside it: half of what the reserve leaves behind the grace is kept for the state, and whatever
 * is not done by then is given up.
 */

import { GRACE } from '../run/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { abortable, SECOND, withTimeLimit } from '../time/index.ts';
import type { TickContext } from './tick-context.ts';

/** When a run must have written its outcome, in epoch milliseconds. */
export function runEnd({ service, invocation, startedAt }: TickContext): number {
  return Math.min(invocation.deadline, startedAt + service.timeout);
}

/**
 * The work's result, if it comes while there is time left to commit.
 * @throws Error when it doesn't; the work goes on, unheard
 */
export async function beforeWriteDeadline<Result>(run: TickContext, work: () => Promise<Result>): Promise<Result> {
  const { clock } = run.ports;
  const until = runEnd(run) - (run.service.reserve - GRACE) / 2;
  if (clock.now() >= until) throw new Error('there is no time left for it before the state must be written');
  return withTimeLimit(clock, until - clock.now(), (signal) => abortable(signal, work));
}

/** What the reserve leaves behind the grace at least: one try to write the outcome. */
export const ONE_TRY = SECOND;
/** What is kept behind the last try to write the state, to tell what became of it. */
const TELLING = 0.25 * SECOND;
const FIRST_PAUSE = 0.1 * SECOND;
const LONGEST_PAUSE = SECOND;

/**
 * Writes the state, again after each failure of the store until the run's end is near: a success that is never written would be
 * booked as a crash and run again. Who comes to it too late has {@link ONE_TRY} all the same. State that can't be read won't be in a
 * moment either and is thrown at once; so is any failure while the process stops.
 */
export async function retryUntilEnd<Result>(
  run: TickContext,
  write: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { service, invocation, ports } = run;
  const { clock, log } = ports;
  const until = Math.max(runEnd(run) - TELLING, clock.now() + ONE_TRY);
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await withTimeLimit(clock, until - clock.now(), write);
    } catch (error) {
      const isLast = clock.now() + pause >= until || invocation.stop?.aborted === true;
      if (isLast || error instanceof UnreadableStateError) throw error;
      if (pause === FIRST_PAUSE) {
        log.warn(`${service.name}: the state can't be written yet; it is tried again until the run's end`, { error });
      }
      await clock.sleep(pause, invocation.stop);
    }
  }
}
