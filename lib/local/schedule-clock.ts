/**
 * The schedule clock: on one machine it stands for EventBridge Scheduler. It invokes a function at every due time of its grid
 * with the event that Scheduler would send, and doesn't wait for the answer before the next: overlaps are the lease's business.
 */
import { FIRING_PERIOD, hasSlots, latestDue, nextDue, type Schedule } from '../rules/index.ts';
import { type Clock, type Random, SECOND, toIso } from '../time/index.ts';
import { type FunctionHost, WorkerEndedError } from './functions/function-host.ts';

/** What the clock works with. */
export interface ScheduleClockOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Called when an invocation failed. */
  readonly onError: (host: FunctionHost, error: unknown) => void;
  /** Ends the schedule; invocations under way go on. */
  readonly closing: AbortSignal;
}

/**
 * Fires the function from now on, first for the latest due time: a tick that was decided before is then skipped as a duplicate.
 * Resolves when the schedule is closed and every invocation has ended.
 */
export async function fireOnSchedule(host: FunctionHost, options: ScheduleClockOptions): Promise<void> {
  const { clock, closing } = options;
  const firings = firingsOf(host.service.schedule);
  const underWay = new Set<Promise<void>>();
  let due: number | undefined = latestDue(firings, clock.now());
  while (due !== undefined && !closing.aborted) {
    await clock.sleep(due + startOffset(host, options) - clock.now(), closing);
    if (closing.aborted) break;
    // A clock that has jumped ahead, or a machine that slept: of the due times missed only the newest is fired.
    due = Math.max(due, latestDue(firings, clock.now()));
    const firing = fire(host, due, options).finally(() => underWay.delete(firing));
    underWay.add(firing);
    due = nextDue(firings, due);
  }
  await Promise.all(underWay);
}

/** A service with several slots in a minute is fired once a minute. */
function firingsOf(schedule: Schedule): Schedule {
  return hasSlots(schedule) ? { interval: FIRING_PERIOD } : schedule;
}

/** Jitter moves the start inside its slot, never the slot; where slots are shorter than a firing it has no room. */
function startOffset({ service }: FunctionHost, { random }: ScheduleClockOptions): number {
  const { jitterRange, interval } = service.policy;
  return jitterRange === undefined || hasSlots(service.schedule) ? 0 : random.draw() * jitterRange * interval;
}

/**
 * A firing with several slots whose worker ended is taken up again for the slots that are left. The slot that its worker ended in
 * may be told once more, as skipped: a duplicate. That is the state's word on it, not known here: it may also not have been decided.
 */
async function fire(host: FunctionHost, due: number, options: ScheduleClockOptions): Promise<void> {
  const { clock, random, onError, closing } = options;
  const event = { scheduledFor: toIso(due), executionId: random.id(), attempt: '1' };
  const lastsUntil = hasSlots(host.service.schedule) ? due + FIRING_PERIOD : 0;
  do {
    try {
      await host.invoke(event);
      return;
    } catch (error) {
      onError(host, error);
      if (!(error instanceof WorkerEndedError)) return;
    }
    await clock.sleep(SECOND, closing);
  } while (!closing.aborted && clock.now() < lastsUntil);
}
