/**
 * Judges one service from its state and its due times. Pure. The first of these that holds:
 *
 *   unreadable  its state can't be read: it does not run until a person repairs it
 *   quiet       it is paused, halted or not: nothing is said until the pause ends
 *   halted      until a run succeeds or a person resumes it, even while a probe is due
 *   never-ran   no run has ever started, though one was due
 *   overdue     a due time has passed without a trace; see `missedDue`
 *   unhealthy   at least `consecutive` failures since the last success, crashed runs included, or it backs off
 *   well        none of these
 */
import {
  hasNeverRun,
  leaseIsLive,
  type Moment,
  missedDue,
  NEVER_RUN,
  pauseHolds,
  type ServiceState,
} from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import type { TroubleKind } from './notice.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** A trouble, and since when it lasts, in epoch milliseconds. */
export interface Trouble {
  readonly kind: TroubleKind;
  readonly since: number;
}

/** What was judged, and the state that it was judged from. */
export interface Judgement {
  readonly finding: Trouble | 'quiet' | 'well';
  /** The state; the error, if it can't be read. */
  readonly found: ServiceState | UnreadableStateError;
  /** Whether a run is under way, which may yet end a trouble. */
  readonly running: boolean;
  readonly now: number;
}

/** Judges the service. A service without a state is judged as one that has never run. */
export function judge(watched: WatchedService, found: Found, moment: Required<Moment>): Judgement {
  if (found instanceof UnreadableStateError) {
    return { finding: { kind: 'unreadable', since: moment.now }, found, running: false, now: moment.now };
  }
  const state = found ?? NEVER_RUN;
  const { now } = moment;
  return { finding: findingOf(watched, state, moment), found: state, running: isRunning(state, now), now };
}

/** Whether a halt or a pause keeps ticks out, so that due times meanwhile leave no trace. */
export function isBlocked(found: Found, now: number): boolean {
  if (found === undefined || found instanceof UnreadableStateError) return false;
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
 * The failures since the last success, with the crashed runs that no later run has counted yet: a service whose process
 * dies in each run would never count them.
 */
export function failuresOf(state: ServiceState, now: number): number {
  return state.streak + uncountedCrashes(state, now);
}

/** How many runs have started, not ended, and are not under way. */
export function uncountedCrashes(state: ServiceState, now: number): number {
  const open = state.fence - state.countedUpTo;
  return leaseIsLive(state, now) ? Math.max(0, open - 1) : open;
}

/** The due time of the first failure. A streak longer than the run history has no known beginning. */
function failingSince({ streak, runs, lease }: ServiceState): number | undefined {
  return streak > 0 ? runs.at(-streak)?.at : lease?.tick;
}

function isRunning(state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && state.fence > state.countedUpTo;
}
