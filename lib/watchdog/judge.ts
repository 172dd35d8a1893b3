/**
 * Judges one service from its state and its due times. The finding is the first of these that holds. Pure.
 *
 *   unreadable  its state can't be read; the service does not run until a person repairs the state
 *   quiet       it is paused, whether halted or not; the watchdog reports nothing until the pause ends
 *   halted      it is halted; that holds until a run succeeds or a person resumes it, even while a probe is due
 *   never-ran   none of its runs has ever started, though one was due
 *   overdue     one of its due times has passed without a trace in the state; see `missedDue`
 *   unhealthy   at least `consecutive` of its runs have failed or crashed since the last success, or it backs off
 *   well        none of these
 */
import {
  hasNeverRun,
  isRunning,
  leaseIsLive,
  type Moment,
  missedDue,
  NEVER_RUN,
  pauseHolds,
  type ServiceState,
} from '../rules/index.ts';
import { isUnreadableState, type UnreadableStateError } from '../service/index.ts';
import type { TroubleKind } from './notice.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** A trouble of a service. `since` is when it began, in epoch milliseconds. */
export interface Trouble {
  readonly kind: TroubleKind;
  readonly since: number;
}

/** What the watchdog finds when it judges a service by its state. */
export interface Judgement {
  readonly finding: Trouble | 'quiet' | 'well';
  /** The state of the service, or an error if the state can't be read. */
  readonly found: ServiceState | UnreadableStateError;
  /** Whether a run of the service is going on. If it succeeds, a trouble may end. */
  readonly running: boolean;
  readonly now: number;
}

/**
 * Judges the service at `moment.now`. Due times up to `moment.since` don't count as missed. A service without a stored
 * state counts as one that has never run.
 */
export function judge(watched: WatchedService, found: Found, moment: Required<Moment>): Judgement {
  if (isUnreadableState(found)) {
    return { finding: { kind: 'unreadable', since: moment.now }, found, running: false, now: moment.now };
  }
  const state = found ?? NEVER_RUN;
  const { now } = moment;
  return { finding: findingOf(watched, state, moment), found: state, running: isRunning(state, now), now };
}

/** Whether the service is halted or paused. False if its state is missing or can't be read. */
export function isBlocked(found: Found, now: number): boolean {
  if (found === undefined || isUnreadableState(found)) return false;
  return found.halt !== undefined || pauseHolds(found.pause, now);
}

function findingOf(watched: WatchedService, state: ServiceState, moment: Required<Moment>): Judgement['finding'] {
  const { now } = moment;
  if (pauseHolds(state.pause, now)) return 'quiet';
  if (state.halt !== undefined) return { kind: 'halted', since: state.halt.at };
  const due = missedDue(watched, state, moment);
  if (due !== undefined) return { kind: hasNeverRun(state) ? 'never-ran' : 'overdue', since: due };
  const isUnhealthy = failuresOf(state, now) >= watched.consecutive || state.backoffCount > 0;
  return isUnhealthy ? { kind: 'unhealthy', since: failingSince(state) ?? now } : 'well';
}

/**
 * Returns the number of failures since the last success. Crashed runs that the state doesn't count yet are included. A
 * crashed run is counted by the commit of a later run, and a service whose process dies in every run never commits.
 */
export function failuresOf(state: ServiceState, now: number): number {
  return state.streak + uncountedCrashes(state, now);
}

/**
 * Returns how many runs have crashed and are not counted in the state yet. A run that is still going on isn't one of
 * them.
 */
export function uncountedCrashes(state: ServiceState, now: number): number {
  const open = state.fence - state.countedUpTo;
  return leaseIsLive(state, now) ? Math.max(0, open - 1) : open;
}

/**
 * Returns when the first failure since the last success happened, in epoch milliseconds. If the only failure is a
 * crashed run that is not counted yet, returns its due time. `undefined` if the time is not stored.
 */
function failingSince({ streak, runs, lease }: ServiceState): number | undefined {
  return streak > 0 ? runs.at(-streak)?.at : lease?.tick;
}
