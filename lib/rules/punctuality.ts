/**
 * When a service is due next, and whether it is overdue, from its state. Pure.
 *
 *   newest tick ------ due ------ due + tolerance ------> now      overdue: no tick has started since `due`
 *
 * Only ticks count: a run by hand shows that the workload works, but not that the schedule does. A due time doesn't
 * count if its tick leaves no trace in the state, since it is skipped: before the end of a pause, a halt, a backoff or
 * a lease, and during a run (as `overlap`).
 */
import { backoffIsOutdated, haltHolds, leaseIsLive, pauseHolds, withinBackoff } from './admission.ts';
import { isAligned, nextDue, type Schedule } from './schedule.ts';
import type { ServiceState } from './service-state.ts';

/** What is needed, besides the state, to judge whether a service is overdue. */
export interface Punctuality {
  readonly schedule: Schedule;
  /** The longest time from the due time of a tick to the end of its run, in milliseconds. */
  readonly tolerance: number;
}

/** The instants on which it depends whether a service is overdue, in epoch milliseconds. */
export interface Moment {
  readonly now: number;
  /**
   * Due times until this instant don't count: the schedule did not exist yet, or a person had paused the service.
   * @default the newest tick; a service without any tick is not overdue
   */
  readonly since?: number;
}

/**
 * The next due time whose tick would run in this state; `undefined` if an operator must resume the service first, or if
 * the schedule has no due time left.
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

/** Whether no run has ever started, neither for a tick nor by hand. */
export function hasNeverRun(state: ServiceState): boolean {
  return newestTick(state) === undefined && state.runs.length === 0 && !isLeased(state);
}

/** The due time that has passed without a trace if the service is overdue; otherwise `undefined`. */
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
 * Whether a live lease keeps ticks from running. A lease that lasts beyond the tolerance from now on is ignored: no run
 * can hold it.
 */
function isBusy({ tolerance }: Punctuality, state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && (state.lease?.until ?? 0) <= now + tolerance;
}

function isLeased({ lease, fence, countedUpTo }: ServiceState): boolean {
  return lease !== undefined && fence > countedUpTo;
}

/**
 * The end of a lease that ended without being released: until then ticks were skipped as `overlap`. 0 if there is no
 * such lease.
 */
function endOfLease({ lease }: ServiceState, now: number): number {
  return lease !== undefined && lease.until <= now ? lease.until : 0;
}

/**
 * The first due time after `from` at which a tick would be accepted. If the schedule has become shorter, a backoff ends
 * earlier than the state says.
 */
function dueAfter(
  { schedule }: Punctuality,
  state: ServiceState,
  { from, since }: { readonly from: number; readonly since: number },
): number | undefined {
  const current = withinBackoff({ policy: { interval: schedule.interval }, schedule }, state);
  const due = nextRunDue(schedule, current, from, storedBuild(state));
  // A rate on AWS counts from the creation of its schedule. Before the first tick that moment is unknown.
  return due === undefined || isAligned(schedule) || from !== since ? due : Math.max(due, since + schedule.interval);
}

/**
 * The build that halted the service or made it back off. It stands for the current build, which is unknown here. So a
 * halt or backoff that a new build has lifted still counts, which can only delay the finding that the service is
 * overdue.
 */
function storedBuild({ halt, notBeforeBuild }: ServiceState): string {
  return halt?.build ?? notBeforeBuild ?? '';
}
