/** The state of a service: everything that is kept between two invocations. Instants are in epoch milliseconds. */
import { fitTrackRecord, type LoopState } from './loop-state.ts';
import type { Policy } from './policy.ts';
import { historyGrewFrom, type RunEntry } from './run-history.ts';

/** The exclusive right of one run to the state of its service, for a limited time. */
export interface Lease {
  readonly owner: string;
  readonly until: number;
  /** The due time of the tick for which the lease was taken; absent for a manual run. */
  readonly tick?: number;
}

/** A halt: its cause, and the time during which ticks are skipped as `halted`. */
export interface Halt {
  readonly at: number;
  /** The instant from which a probe may run; absent if the service stays halted until it is resumed. */
  readonly until?: number;
  /**
   * The build id of the function that halted the service. If the function has another build, the service starts afresh.
   */
  readonly build?: string;
  readonly cause: string;
}

/** A pause: its reason, and the time during which ticks are skipped as `paused`. */
export interface Pause {
  readonly at: number;
  /** When the pause ends by itself; absent if it lasts until the service is resumed. */
  readonly until?: number;
  readonly reason: string;
  readonly by: string;
}

/** The state of a service. */
export interface ServiceState {
  /** The number of the newest acquire, which is also the number (the fencing token) of the run that got the lease. */
  readonly fence: number;
  /**
   * The fence up to which runs are counted, as ended, crashed or released. A commit raises this number to the fence of
   * its run, and the release of a lease without a commit raises it by one. `fence - countedUpTo` runs have started and
   * are not counted yet.
   */
  readonly countedUpTo: number;
  /** A number that a resume or a repair by an operator raises, so that a commit under way notices the change. */
  readonly epoch: number;
  readonly lease?: Lease;
  /** The due time of the newest decided tick; an older tick never runs. */
  readonly lastTick?: number;
  readonly lastSuccess?: number;
  /** The earliest due time (`scheduledFor`) of a tick that may run while the service backs off. */
  readonly notBefore?: number;
  /**
   * The build whose trip set `notBefore`, or {@link ASKED}. If the function has another build, the service starts
   * afresh. If `notBeforeBuild` is absent, `notBefore` holds for every build.
   */
  readonly notBeforeBuild?: string;
  readonly halt?: Halt;
  readonly pause?: Pause;
  /**
   * The track record as it is stored. After a change of the option `consecutive` it may contain fewer or more outcomes
   * than the new value says.
   */
  readonly trackRecord: readonly boolean[];
  readonly backoffCount: number;
  readonly streak: number;
  /** The service remembers the failures of runs with a higher fence than this, and has forgotten all earlier ones. */
  readonly failuresAfter: number;
  /** The run history: the newest runs, oldest first, at most {@link HISTORY_SIZE}. */
  readonly runs: readonly RunEntry[];
  /** The cursor: a text in which the workload keeps its own position from run to run. */
  readonly cursor?: string;
}

/**
 * The value of `notBeforeBuild` if a server asked not to be called until `notBefore` (Retry-After). Such a `notBefore`
 * holds for every build.
 */
export const ASKED = '*';

/** The stored state of a service that has never run. */
export const NEVER_RUN: ServiceState = {
  fence: 0,
  countedUpTo: 0,
  epoch: 0,
  trackRecord: [],
  backoffCount: 0,
  streak: 0,
  failuresAfter: 0,
  runs: [],
};

/**
 * Whether the state `current` already contains the commit of the run `fence`, which wrote `committed`. `countedUpTo`
 * alone does not prove it, since a later run may have counted this run as crashed or released its lease. So the run
 * history must contain the run too. If the commit had no room for a run history, `lastTick` and `lastSuccess` must be
 * equal instead.
 */
export function containsCommit(current: ServiceState, fence: number, committed: ServiceState): boolean {
  const { runs, lastTick, lastSuccess } = committed;
  if (runs.length === 0) {
    return current.countedUpTo === fence && current.lastTick === lastTick && current.lastSuccess === lastSuccess;
  }
  return current.countedUpTo >= fence && historyGrewFrom(runs, current.runs);
}

/**
 * The loop state that a service state contains, without the failures. The failures are stored in run records; a caller
 * that needs them adds them.
 */
export function toLoopState(policy: Policy, state: ServiceState): LoopState {
  return {
    trackRecord: fitTrackRecord(policy, state.trackRecord),
    failures: [],
    backoffCount: state.backoffCount,
    streak: state.streak,
    ...(state.halt === undefined ? {} : { haltCause: state.halt.cause }),
  };
}

/**
 * Returns the state of a service that starts afresh: after a resume, or if its build is no longer the one that halted
 * the service or made it back off. Halt, backoff, track record, streak and remembered failures are cleared. Everything
 * else stays, such as fence, cursor and run history. Crashed runs that aren't counted yet will still be counted.
 */
export function freshStart(state: ServiceState): ServiceState {
  const { halt: _halt, notBefore: _notBefore, notBeforeBuild: _notBeforeBuild, ...rest } = state;
  return { ...rest, trackRecord: [], backoffCount: 0, streak: 0, failuresAfter: state.countedUpTo };
}
