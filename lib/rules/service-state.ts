/** The state of a service: everything that is remembered between invocations. Instants in epoch milliseconds. */
import { fitTrackRecord, type LoopState } from './loop-state.ts';
import type { Policy } from './policy.ts';
import { historyGrewFrom, type RunEntry } from './run-history.ts';

/** The time-bounded exclusive right to a service's state. */
export interface Lease {
  readonly owner: string;
  readonly until: number;
  /** The tick it was taken for; absent for a manual run. */
  readonly tick?: number;
}

/** Why and until when ticks are skipped as `halted`. */
export interface Halt {
  readonly at: number;
  /** When one probing run is let through; absent when the service waits to be resumed. */
  readonly until?: number;
  /** The build that halted; another build starts afresh. */
  readonly build?: string;
  readonly cause: string;
}

/** Why and until when ticks are skipped as `paused`. */
export interface Pause {
  readonly at: number;
  /** When the pause ends by itself; absent when it waits to be resumed. */
  readonly until?: number;
  readonly reason: string;
  readonly by: string;
}

/** The state of a service. */
export interface ServiceState {
  /** The fencing token: the number of the newest acquire. */
  readonly fence: number;
  /** The fence of the newest decided run: `fence - done` runs have started and not been counted. */
  readonly done: number;
  /** Raised by an operator's resume, so that a commit under way notices it. */
  readonly epoch: number;
  readonly lease?: Lease;
  /** The newest decided tick: an older one never runs. */
  readonly lastTick?: number;
  readonly lastSuccess?: number;
  /** Earliest `scheduledFor` that may run. */
  readonly notBefore?: number;
  /**
   * The build whose trip set `notBefore`, or {@link ASKED}; another build starts afresh. Absent, it counts as the build
   * that asks.
   */
  readonly notBeforeBuild?: string;
  readonly halt?: Halt;
  readonly pause?: Pause;
  /** The track record as stored; it may be shorter or longer than a changed policy's. */
  readonly trackRecord: readonly boolean[];
  readonly backoffCount: number;
  readonly streak: number;
  /** Failures of runs up to this fence are forgotten. */
  readonly failuresSince: number;
  /** The newest runs, oldest first, at most {@link HISTORY_SIZE}. */
  readonly runs: readonly RunEntry[];
  /** The service's own text, which its workload moves. */
  readonly cursor?: string;
}

/** In place of a build: the other side asked to be left alone until `notBefore` (Retry-After), whatever build runs. */
export const ASKED = '*';

/** The state of a service that has never run. */
export const NEVER_RUN: ServiceState = {
  fence: 0,
  done: 0,
  epoch: 0,
  trackRecord: [],
  backoffCount: 0,
  streak: 0,
  failuresSince: 0,
  runs: [],
};

/**
 * Whether `current` contains run `fence`'s commit of `committed`. `done` alone doesn't prove it, since a later run may
 * have counted this one as crashed or have released its lease: the run history must contain the commit too, or, where
 * the commit had no room for a history, the last tick and success.
 */
export function containsCommit(current: ServiceState, fence: number, committed: ServiceState): boolean {
  const { runs, lastTick, lastSuccess } = committed;
  if (runs.length === 0) {
    return current.done === fence && current.lastTick === lastTick && current.lastSuccess === lastSuccess;
  }
  return current.done >= fence && historyGrewFrom(runs, current.runs);
}

/** The loop's part of a service's state. The failures are in run records, and are added where they are needed. */
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
 * The state after a resume, or for a build other than the one that halted or backed off: a fresh start that keeps
 * counters, cursor and run history. Crashed runs that aren't counted yet will be.
 */
export function freshStart(state: ServiceState): ServiceState {
  const { halt: _halt, notBefore: _notBefore, notBeforeBuild: _notBeforeBuild, ...rest } = state;
  return { ...rest, trackRecord: [], backoffCount: 0, streak: 0, failuresSince: state.done };
}
