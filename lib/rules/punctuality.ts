/**
 * When a service is due next, and whether it is overdue, from its state. Pure.
 *
 *   newest tick ------ due ------ due + tolerance ------> now      overdue: no tick has started since `due`
 *
 * Only ticks count: a run by hand shows that the workload works, but not that the schedule does. Due times that can't
 * have a trace don't count: those before the end of a pause, a halt, a backoff or a lease, and those that passed during
 * a run, whose ticks are skipped as `overlap`.
 */
import { backoffIsOutdated, haltHolds, leaseIsLive, pauseHolds, withinBackoff } from './admission.ts';
import { isAligned, nextDue, type Schedule } from './schedule.ts';
import type { ServiceState } from './service-state.ts';

/** How punctual a service is expected to be. */
export interface Punctuality {
  readonly schedule: Schedule;
  /** The longest time from a due time to the end of its run, in milliseconds. */
  readonly tolerance: number;
}

/** The instants on which a judgement rests. */
export interface Moment {
  readonly now: number;
  /**
   * Due times until this instant don't count, as they were before the schedule, or before a person ended a pause.
   * @default the newest tick; a service without one is not overdue
   */
  readonly since?: number;
}

/** The next due time that admission would accept in this state, or `undefined` if an operator must act first. */
export function nextRunDue(schedule: Schedule, state: ServiceState, now: number, build: string): number | undefined {
  const { halt, pause } = state;
  const halted = haltHolds(halt, now, build);
  const paused = pauseHolds(pause, now);
  if ((halted && halt?.until === undefined) || (paused && pause?.until === undefined)) return undefined;
  const notBefore = backoffIsOutdated(state, build) ? 0 : (state.notBefore ?? 0);
  const earliest = Math.max(halted ? (halt?.until ?? 0) : 0, paused ? (pause?.until ?? 0) : 0, notBefore);
  return nextDue(schedule, Math.max(now, earliest - 1, state.lastTick ?? 0), state.lastTick);
}

/** The newest tick that a run has started for, or `undefined` if there was none. */
export function newestTick({ lastTick, lease }: ServiceState): number | undefined {
  const ticks = [lastTick, lease?.tick].filter((tick) => tick !== undefined);
  return ticks.length === 0 ? undefined : Math.max(...ticks);
}

/** Whether no run has ever started, neither for a tick nor by hand. */
export function hasNeverRun(state: ServiceState): boolean {
  return newestTick(state) === undefined && state.runs.length === 0 && !isLeased(state);
}

/** The due time that has passed without a trace, if the service is overdue. */
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

/** Whether a lease keeps ticks out. One that lasts longer than the tolerance is ignored: no run can hold it. */
function isBusy({ tolerance }: Punctuality, state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && (state.lease?.until ?? 0) <= now + tolerance;
}

function isLeased({ lease, fence, countedUpTo }: ServiceState): boolean {
  return lease !== undefined && fence > countedUpTo;
}

/** The end of a lease that has ended without a release: until then ticks were skipped as `overlap`. */
function endOfLease({ lease }: ServiceState, now: number): number {
  return lease !== undefined && lease.until <= now ? lease.until : 0;
}

/** The due time after `from` that would be accepted; a schedule that has become shorter ends a backoff earlier. */
function dueAfter(
  { schedule }: Punctuality,
  state: ServiceState,
  { from, since }: { readonly from: number; readonly since: number },
): number | undefined {
  const current = withinBackoff({ policy: { interval: schedule.interval }, schedule }, state);
  const due = nextRunDue(schedule, current, from, storedBuild(state));
  // A rate counts from the creation of the schedule, which is unknown before the first tick.
  return due === undefined || isAligned(schedule) || from !== since ? due : Math.max(due, since + schedule.interval);
}

/** The current build is unknown here. It counts as the one that halted or backed off: that can only delay a finding. */
function storedBuild({ halt, notBeforeBuild }: ServiceState): string {
  return halt?.build ?? notBeforeBuild ?? '';
}
