/**
 * The schedule clock replaces EventBridge Scheduler on one machine. It invokes a function at each of its due times,
 * with the event that Scheduler would send. It does so even if the invocation for the due time before has not ended,
 * since the lease keeps two runs from overlapping.
 */
import { FIRING_PERIOD, hasSlots, latestDue, nextDue, type Schedule } from '../rules/index.ts';
import { showLeftOut, waitOutSetBack } from './clock-changes.ts';
import { type FiringOptions, fire } from './fire.ts';
import type { FunctionHost } from './functions/function-host.ts';

interface ScheduleClockOptions extends FiringOptions {
  /** Called with one line for a person if ticks are left out. */
  readonly onNotice: (line: string) => void;
  /** Whether the stored state shows that a tick of the service was decided before. @default false */
  readonly hasTicked?: boolean;
}

/**
 * Fires the function from now on, first for the latest due time before now. If that tick is decided already, it is
 * skipped as a duplicate. A service with a cron expression that has never had a decided tick waits for its next due
 * time instead, since its latest one may be months old. Resolves when `closing` is aborted and every invocation has
 * ended.
 */
export async function fireOnSchedule(host: FunctionHost, options: ScheduleClockOptions): Promise<void> {
  const { clock, closing } = options;
  const { schedule } = host.service;
  // A service whose firings own several slots is fired once a minute.
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

/**
 * By how many milliseconds the start of a firing is delayed: a random number below `jitterRange` × `interval` of the
 * service, 0 without `jitterRange`. The due time stays the same. A service whose firings own several slots has no
 * delay, since its slots leave no room for one.
 */
function startOffset({ service }: FunctionHost, { random }: FiringOptions): number {
  const { jitterRange, interval } = service.policy;
  return jitterRange === undefined || hasSlots(service.schedule) ? 0 : random.draw() * jitterRange * interval;
}
