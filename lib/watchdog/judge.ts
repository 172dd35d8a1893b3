/**
 * The judgement on one service, read off its state. Pure.
 *
 *   heard ------ due ------ due + grace ------> now      overdue: nothing was heard of the service since `due`
 *
 * `due` is the first due time that admission would let through after the service was last heard of (its newest decided tick,
 * its last success, the end of its newest run) or since it is watched, whichever is later.
 *
 *   1. A state that can't be read is overdue: its service refuses to run until somebody acts.
 *   2. A paused or halted service is not: it is heard elsewhere. It is due again after the end of its pause, or when its probe is;
 *      where somebody has to act first, it is not due at all.
 *   3. A service under way is not: its lease tells when that ends.
 *   4. From hourly intervals a service is overdue when its next tick is, and so is any that a cron expression runs, since its
 *      gaps may be long. Shorter intervals are heard often enough to be missed by their own silence.
 *   5. Any service is overdue that a run has died in, when by the due time after its lease's end nobody took over.
 */
import {
  haltHolds,
  isAligned,
  leaseIsLive,
  NEVER_RUN,
  nextRunDue,
  pauseHolds,
  type ServiceState,
} from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { HOUR, toIso } from '../time/index.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** What is wrong with a service. */
export interface Finding {
  readonly service: string;
  readonly kind: 'missed' | 'died' | 'never-ran' | 'unreadable';
  /** The due time that passed; absent where no state tells of one. */
  readonly due?: number;
  /** One line for a person: what is wrong and what to look at. */
  readonly message: string;
}

/** The instants a judgement rests on. */
export interface Moment {
  readonly now: number;
  /** Since when the service's due times count. */
  readonly since: number;
}

/** From this interval on the watch is the one who hears that a service is silent. */
const HOURLY = HOUR;

/** What is wrong with the service, or `undefined` if nothing is. */
export function judge(watched: WatchedService, found: Found, moment: Moment): Finding | undefined {
  if (found instanceof UnreadableStateError) {
    return {
      service: watched.name,
      kind: 'unreadable',
      message: found.message,
    };
  }
  const state = found ?? NEVER_RUN;
  if (isRunning(watched, state, moment.now)) return undefined;
  const due = dueOf(watched, state, moment);
  if (due === undefined || due + watched.grace >= moment.now) return undefined;
  return overdue(watched, state, due);
}

/** Whether somebody or something holds the service back: it is heard elsewhere. */
export function isBlocked(state: ServiceState, now: number): boolean {
  return haltHolds(state.halt, now, haltedBuild(state)) || pauseHolds(state.pause, now);
}

/** When the service was last heard of, or `undefined` if never. A run by hand does for a due time that passed meanwhile. */
export function lastActivity({ lastTick, lastSuccess, runs }: ServiceState): number | undefined {
  const newest = runs.at(-1);
  const heard = [lastTick, lastSuccess, newest && newest.at + newest.durationMs].filter((each) => each !== undefined);
  return heard.length === 0 ? undefined : Math.max(...heard);
}

/** Which build runs is not known here: a halt is taken to hold for it, which can only make the judgement later. */
function haltedBuild({ halt }: ServiceState): string {
  return halt?.build ?? '';
}

/** No lease lasts longer than the grace: one that claims to is no run's. */
function isRunning({ grace }: WatchedService, state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && (state.lease?.until ?? 0) <= now + grace;
}

/** The due time by which the service has to be heard of, if there is one. */
function dueOf({ schedule }: WatchedService, state: ServiceState, { now, since }: Moment): number | undefined {
  const heard = lastActivity(state) ?? 0;
  const byTicks = schedule.cron !== undefined || schedule.interval >= HOURLY;
  if (!byTicks && !hasCrashed(state)) return undefined;
  const leaseEnd = byTicks || leaseIsLive(state, now) ? 0 : (state.lease?.until ?? 0);
  const from = Math.max(since, heard, leaseEnd);
  const due = nextRunDue(schedule, state, from, haltedBuild(state));
  // A rate counts from when the schedule was made, which is not known before a tick is.
  return due === undefined || isAligned(schedule) || from !== since ? due : Math.max(due, since + schedule.interval);
}

/** Whether a run has started and not been booked. The judgement is made of services that aren't under way. */
function hasCrashed({ lease, fence, done }: ServiceState): boolean {
  return lease !== undefined && fence > done;
}

function overdue({ name }: WatchedService, state: ServiceState, due: number): Finding {
  if (hasCrashed(state)) {
    const { until = 0, tick } = state.lease ?? {};
    const run = `run ${state.fence}${tick === undefined ? '' : ` for ${toIso(tick)}`}`;
    const what = `${run} took the lease until ${toIso(until)} and never ended, and no later run took over, though one was due at ${toIso(due)}`;
    return {
      service: name,
      kind: 'died',
      due,
      message: `${name}: overdue: ${what}; look at the end of that run in its log, and whether its schedule is enabled`,
    };
  }
  const look =
    'look whether its schedule is enabled, at the queue of undeliverable events, and at the errors in its log';
  if (lastActivity(state) === undefined) {
    return {
      service: name,
      kind: 'never-ran',
      due,
      message: `${name}: overdue: it has never run, though it was due at ${toIso(due)}; ${look}`,
    };
  }
  return {
    service: name,
    kind: 'missed',
    due,
    message: `${name}: overdue: its tick of ${toIso(due)} has not ended; ${look}`,
  };
}
