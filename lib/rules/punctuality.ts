/**
 * Judges from the state of a service when it is due next, and whether it is overdue. All functions are pure.
 *
 *   newest tick ------ due ------ due + tolerance ------> now      overdue: no tick has started since `due`
 *
 * Only ticks count, since a manual run doesn't show that the schedule works. A due time during a pause, halt, backoff,
 * lease or other run doesn't count, since its tick was skipped.
 */
import { backoffIsOutdated, haltHolds, leaseIsLive, pauseHolds, withinBackoff } from './admission.ts';
import { isAligned, nextDue, type Schedule } from './schedule.ts';
import type { ServiceState } from './service-state.ts';

/** The schedule of a service, and the time after which a missing tick makes the service overdue. */
export interface Punctuality {
  readonly schedule: Schedule;
  /**
   * The longest time, in milliseconds, from the due time of a tick to the end of its run before the service is overdue.
   */
  readonly tolerance: number;
}

/** The instants by which a service is judged to be overdue or not, in epoch milliseconds. */
export interface Moment {
  readonly now: number;
  /**
   * Due times up to this instant don't count, since the schedule did not exist yet or the service was paused.
   * @default the due time of the newest tick; a service without any tick is not overdue
   */
  readonly since?: number;
}

/**
 * The next due time after `now` whose tick a function with the build id `build` may run. `undefined` if an operator
 * must resume the service first, or if the schedule has no due time left.
 */
export function nextRunDue(schedule: Schedule, state: ServiceState, now: number, build: string): number | undefined {
  const { halt, pause } = state;
  const halted = haltHolds(halt, now, build);
  const paused = pauseHolds(pause, now);
  if ((halted && halt?.until === undefined) || (paused && pause?.until === undefined)) return undefined;
  const notBefore = backoffIsOutdated(state, build) ? 0 : (state.notBefore ?? 0);
  const earliest = Math.max(halted ? (halt?.until ?? 0) : 0, paused ? (pause?.until ?? 0) : 0, notBefore);
  return nextDue(schedule, Math.max(now, earliest - 1, state.lastTick ?? 0), state.lastTick);
}

/** The due time of the newest tick for which a run has started; `undefined` if there was none. */
export function newestTick({ lastTick, lease }: ServiceState): number | undefined {
  const ticks = [lastTick, lease?.tick].filter((tick) => tick !== undefined);
  return ticks.length === 0 ? undefined : Math.max(...ticks);
}

/** Whether no run of the service has ever started, neither for a tick nor by hand. */
export function hasNeverRun(state: ServiceState): boolean {
  return newestTick(state) === undefined && state.runs.length === 0 && !hasOpenRun(state);
}

/**
 * The due time that makes the service overdue: no run has started for it in time. `undefined` if the service isn't
 * overdue.
 */
export function missedDue(punctual: Punctuality, state: ServiceState, moment: Moment): number | undefined {
  const { now } = moment;
  const since = moment.since ?? newestTick(state);
  if (since === undefined || isBusy(punctual, state, now)) return undefined;
  const late = (due: number | undefined) => due !== undefined && due + punctual.tolerance < now;
  let due = dueAfter(punctual, state, { from: Math.max(since, newestTick(state) ?? 0, endOfLease(state, now)), since });
  for (const { at, durationMs } of state.runs) {
    if (due === undefined || !late(due)) return undefined;
    if (at <= due && due <= at + durationMs) due = dueAfter(punctual, state, { from: at + durationMs, since });
  }
  return late(due) ? due : undefined;
}

/**
 * Whether a live lease keeps ticks from running. A lease that ends later than `now` plus the tolerance is ignored,
 * since no run may last that long.
 */
function isBusy({ tolerance }: Punctuality, state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && (state.lease?.until ?? 0) <= now + tolerance;
}

/** Whether a run has started and is not counted yet: it is under way, or its process has died. */
export function hasOpenRun({ lease, fence, countedUpTo }: ServiceState): boolean {
  return lease !== undefined && fence > countedUpTo;
}

/**
 * The end of an expired lease that the state still contains; 0 if there is none. Ticks before this end were skipped as
 * `overlap`.
 */
function endOfLease({ lease }: ServiceState, now: number): number {
  return lease !== undefined && lease.until <= now ? lease.until : 0;
}

function dueAfter(
  { schedule }: Punctuality,
  state: ServiceState,
  { from, since }: { readonly from: number; readonly since: number },
): number | undefined {
  const current = withinBackoff({ policy: { interval: schedule.interval }, schedule }, state);
  const due = nextRunDue(schedule, current, from, storedBuild(state));
  // AWS counts an interval that isn't aligned from the creation of its schedule. Before the first tick that moment is
  // unknown, so the first tick is expected one interval after `since` at the earliest.
  return due === undefined || isAligned(schedule) || from !== since ? due : Math.max(due, since + schedule.interval);
}

/**
 * The build id of the function that halted the service or made it back off. It is used as the current build id, which
 * is unknown here, so a halt or backoff counts even if a new build has lifted it.
 */
function storedBuild({ halt, notBeforeBuild }: ServiceState): string {
  return halt?.build ?? notBeforeBuild ?? '';
}
