/**
 * Judges whether one service is overdue, from its state. Pure.
 *
 *   last activity ------ due ------ due + grace ------> now      overdue: no activity since `due`
 *
 * `due` is the first due time that admission would accept after the last activity of the service (its newest decided
 * tick, its last success, the end of its newest run) or after `since`, whichever is later.
 *
 *   1. A service whose state can't be read is overdue: it does not run until a person repairs the state.
 *   2. A paused or halted service is not overdue: another alarm covers it. It is due again after its pause or with its
 *      probe; if a person must act first, it is never due.
 *   3. A service whose run is under way is not overdue: it is judged again after the end of its lease.
 *   4. A service with an interval of an hour or more, or with a cron expression (since its gaps may be long), is
 *      overdue if its next tick is. A service with a shorter interval has an alarm on missing metrics instead.
 *   5. Any service is overdue if a run crashed, and no later run took over by the due time after the end of its lease.
 */
import {
  haltHolds,
  isAligned,
  leaseIsLive,
  NEVER_RUN,
  nextRunDue,
  pauseHolds,
  type ServiceState,
  withinBackoff,
} from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { HOUR, toIso } from '../time/index.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** An overdue service, and the reason. */
export interface Finding {
  readonly service: string;
  readonly kind: 'missed' | 'died' | 'never-ran' | 'unreadable';
  /** The due time that passed; absent for an unreadable state. */
  readonly due?: number;
  /** One line for a person: the fault, and where to find its cause. */
  readonly message: string;
}

/** The instants on which a judgement is based. */
export interface Moment {
  readonly now: number;
  /** Due times before this instant don't count. */
  readonly since: number;
}

/** Returns the finding, or `undefined` if the service is not overdue. */
export function judge(watched: WatchedService, found: Found, moment: Moment): Finding | undefined {
  const { name, grace } = watched;
  if (found instanceof UnreadableStateError) return { service: name, kind: 'unreadable', message: found.message };
  const state = found ?? NEVER_RUN;
  if (isRunning(watched, state, moment.now)) return undefined;
  const due = dueOf(watched, state, moment);
  if (due === undefined || due + grace >= moment.now) return undefined;
  const [kind, fault] = faultOf(state, due);
  return { service: name, kind, due, message: `${name}: overdue: ${fault}` };
}

/** Whether a halt or a pause keeps the service from running. */
export function isBlocked(state: ServiceState, now: number): boolean {
  return haltHolds(state.halt, now, storedBuild(state)) || pauseHolds(state.pause, now);
}

/**
 * The instant of the last activity, or `undefined` if there was none. A manual run covers a due time that passed during
 * it.
 */
export function lastActivity({ lastTick, lastSuccess, runs }: ServiceState): number | undefined {
  const newest = runs.at(-1);
  const instants = [lastTick, lastSuccess, newest && newest.at + newest.durationMs].filter(
    (each) => each !== undefined,
  );
  return instants.length === 0 ? undefined : Math.max(...instants);
}

/** The current build is unknown here. It counts as the one that halted or backed off: that can only delay a finding. */
function storedBuild({ halt, notBeforeBuild }: ServiceState): string {
  return halt?.build ?? notBeforeBuild ?? '';
}

/** A schedule that has become shorter ends a backoff earlier than it was stored. */
function withinSchedule({ schedule }: WatchedService, state: ServiceState): ServiceState {
  return withinBackoff({ policy: { interval: schedule.interval }, schedule }, state);
}

/** Whether a run is under way. A lease that lasts longer than the grace is ignored, since no run can hold it. */
function isRunning({ grace }: WatchedService, state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && (state.lease?.until ?? 0) <= now + grace;
}

/** The due time by which the service must show activity, if there is one. */
function dueOf(watched: WatchedService, state: ServiceState, { now, since }: Moment): number | undefined {
  const { schedule } = watched;
  const byTicks = schedule.cron !== undefined || schedule.interval >= HOUR;
  if (!byTicks && !hasCrashed(state)) return undefined;
  const leaseEnd = byTicks || leaseIsLive(state, now) ? 0 : (state.lease?.until ?? 0);
  const from = Math.max(since, lastActivity(state) ?? 0, leaseEnd);
  const due = nextRunDue(schedule, withinSchedule(watched, state), from, storedBuild(state));
  // A rate counts from the creation of the schedule, which is unknown before the first tick.
  return due === undefined || isAligned(schedule) || from !== since ? due : Math.max(due, since + schedule.interval);
}

/** Whether a run has started and not ended, given that none is under way. */
function hasCrashed({ lease, fence, countedUpTo }: ServiceState): boolean {
  return lease !== undefined && fence > countedUpTo;
}

function faultOf(state: ServiceState, due: number): [kind: Finding['kind'], fault: string] {
  if (hasCrashed(state)) {
    const { until = 0, tick } = state.lease ?? {};
    const run = `run ${state.fence}${tick === undefined ? '' : ` for ${toIso(tick)}`}`;
    const crash = `${run} took the lease until ${toIso(until)} and never ended, and no later run took over, though one was due at ${toIso(due)}`;
    return ['died', `${crash}; look at the end of that run in its log, and whether its schedule is enabled`];
  }
  const advice =
    'look whether its schedule is enabled, at the queue of undeliverable events, and at the errors in its log';
  return lastActivity(state) === undefined
    ? ['never-ran', `it has never run, though it was due at ${toIso(due)}; ${advice}`]
    : ['missed', `its tick of ${toIso(due)} has not ended; ${advice}`];
}
