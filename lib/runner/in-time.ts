/**
 * Time for what is told beside the state: records and remembered failures. The state's own write comes last and counts most, so
 * half of what the reserve leaves behind the grace is kept for it, and whatever is not done by then is given up.
 */
import { GRACE } from './service.ts';
import type { TickRun } from './tick-run.ts';

/** When a run must have written its outcome, in epoch milliseconds. */
export function runEnd({ service, invocation, startedAt }: TickRun): number {
  return Math.min(invocation.deadline, startedAt + service.timeout);
}

/**
 * The work's result, if it comes while there is time left to commit.
 * @throws Error when it doesn't; the work goes on, unheard
 */
export async function inTime<Result>(run: TickRun, work: () => Promise<Result>): Promise<Result> {
  const { clock } = run.ports;
  const until = runEnd(run) - (run.service.reserve - GRACE) / 2;
  const tooLate = new Error('there is no time left for it before the state must be written');
  if (clock.now() >= until) throw tooLate;
  const done = new AbortController();
  const timeUp = clock.sleep(until - clock.now(), done.signal).then(() => Promise.reject(tooLate));
  // Whichever loses the race is heard by nobody.
  timeUp.catch(() => {});
  try {
    return await Promise.race([work(), timeUp]);
  } finally {
    done.abort();
  }
}
