/**
 * Replaces EventBridge Scheduler on one machine: invokes a function at each due time, even if the invocation before has
 * not ended. The lease keeps two runs from overlapping.
 */
import { FIRING_PERIOD, hasSlots, latestDue, nextDue, type Schedule } from '../rules/index.ts';
import { showLeftOut, waitOutSetBack } from './clock-changes.ts';
import { type FiringOptions, fire } from './fire.ts';
import type { FunctionHost } from './functions/function-host.ts';

interface ScheduleClockOptions extends FiringOptions {
  readonly onNotice: (line: string) => void;
  /** Whether the stored state contains a tick of the service that has run. @default false */
  readonly hasTicked?: boolean;
  /**
   * The instant up to which the due times are done, in epoch milliseconds: an earlier build of the service was invoked
   * for them. @default none is done
   */
  readonly doneUntil?: number | undefined;
}

/**
 * Invokes the function for the latest due time at once, and then at each due time. A service with a cron expression
 * that has never run waits for its next due time, since the latest may be months old. Resolves when `closing` is
 * aborted and every invocation has ended.
 * @returns the due time of the last invocation, in epoch milliseconds; `undefined` if there was none
 */
export async function fireOnSchedule(host: FunctionHost, options: ScheduleClockOptions): Promise<number | undefined> {
  const { clock, closing } = options;
  const { schedule } = host.service;
  // With an interval below a minute, one invocation per minute runs all ticks of that minute.
  const firings = hasSlots(schedule) ? { interval: FIRING_PERIOD } : schedule;
  const underWay = new Set<Promise<void>>();
  let fired: number | undefined;
  // One invocation runs the ticks of a minute from now on, so it begins with the first tick that isn't done.
  if (options.doneUntil !== undefined && hasSlots(schedule)) {
    const now = clock.now();
    await clock.sleep((nextDue(schedule, now) ?? now) - now, closing);
  }
  let due = firstDue(firings, hasSlots(schedule) ? { ...options, doneUntil: undefined } : options);
  while (due !== undefined && !closing.aborted) {
    await clock.sleep(due + startOffset(host, options) - clock.now(), closing);
    const wait = { service: host.service.name, due, fired };
    await waitOutSetBack(wait, options);
    if (closing.aborted) break;
    // If due times were missed, the function is invoked only for the newest of them.
    due = Math.max(due, latestDue(firings, clock.now()) ?? due);
    showLeftOut(wait, due, options);
    fired = due;
    const firing = fire(host, due, options).finally(() => underWay.delete(firing));
    underWay.add(firing);
    due = nextDue(firings, due);
  }
  await Promise.all(underWay);
  return fired;
}

function firstDue(firings: Schedule, options: ScheduleClockOptions): number | undefined {
  const { clock, hasTicked = false, doneUntil } = options;
  const now = clock.now();
  if (doneUntil !== undefined) return nextDue(firings, doneUntil);
  const latest = firings.cron === undefined || hasTicked ? latestDue(firings, now) : undefined;
  return latest ?? nextDue(firings, now - 1);
}

/**
 * The random delay of an invocation in milliseconds, below `jitterRange` × `interval`. It is 0 without the option
 * `jitterRange`, and for an interval below a minute.
 */
function startOffset({ service }: FunctionHost, { random }: FiringOptions): number {
  const { jitterRange, interval } = service.policy;
  return jitterRange === undefined || hasSlots(service.schedule) ? 0 : random.draw() * jitterRange * interval;
}
