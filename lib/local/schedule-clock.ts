/**
 * The schedule clock: it replaces EventBridge Scheduler on one machine. It invokes a function at every due time of its
 * grid with the event that Scheduler would send, and doesn't wait for the answer before the next: the lease prevents
 * overlaps.
 */
import { FIRING_PERIOD, hasSlots, latestDue, nextDue, type Schedule } from '../rules/index.ts';
import { showLeftOut, waitOutSetBack } from './clock-changes.ts';
import { type FiringOptions, fire } from './fire.ts';
import type { FunctionHost } from './functions/function-host.ts';

interface ScheduleClockOptions extends FiringOptions {
  /** Called with a line about ticks that are left out. */
  readonly onNotice: (line: string) => void;
  /** Whether a tick of the service was decided before, by its stored state. @default false */
  readonly hasTicked?: boolean;
}

/**
 * Fires the function from now on, first for the latest due time: a tick that was decided before is then skipped as a
 * duplicate. A cron expression of a service that never had a tick waits for its next due time: the latest may be months
 * old. Resolves when the schedule is closed and every invocation has ended.
 */
export async function fireOnSchedule(host: FunctionHost, options: ScheduleClockOptions): Promise<void> {
  const { clock, closing } = options;
  const { schedule } = host.service;
  // A service with several slots in a minute is fired once a minute.
  const firings = hasSlots(schedule) ? { interval: FIRING_PERIOD } : schedule;
  const underWay = new Set<Promise<void>>();
  let fired: number | undefined;
  let due = firstDue(firings, options);
  while (due !== undefined && !closing.aborted) {
    await clock.sleep(due + startOffset(host, options) - clock.now(), closing);
    const wait = { service: host.service.name, due, fired };
    await waitOutSetBack(wait, options);
    if (closing.aborted) break;
    // After a jump of the clock or a sleep of the machine, only the newest of the missed due times is fired.
    due = Math.max(due, latestDue(firings, clock.now()) ?? due);
    showLeftOut(wait, due, options);
    fired = due;
    const firing = fire(host, due, options).finally(() => underWay.delete(firing));
    underWay.add(firing);
    due = nextDue(firings, due);
  }
  await Promise.all(underWay);
}

function firstDue(firings: Schedule, { clock, hasTicked = false }: ScheduleClockOptions): number | undefined {
  const now = clock.now();
  const latest = firings.cron === undefined || hasTicked ? latestDue(firings, now) : undefined;
  return latest ?? nextDue(firings, now - 1);
}

/** Jitter moves the start inside its slot, never the slot; slots shorter than a firing leave no room for it. */
function startOffset({ service }: FunctionHost, { random }: FiringOptions): number {
  const { jitterRange, interval } = service.policy;
  return jitterRange === undefined || hasSlots(service.schedule) ? 0 : random.draw() * jitterRange * interval;
}
