import { toIso, toIsoOrNull } from '../time/index.ts';
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

/** The cause, the start (`at`) and the end (`until`) of a halt. */
export interface Halt {
  readonly at: number;
  /** The instant from which a probe may run; absent with `restartAfter: 'never'`. */
  readonly until?: number;
  /** The build id of the function that halted the service. A function with another build id ignores the halt. */
  readonly build?: string;
  readonly cause: string;
}

/** The reason, the author (`by`), the start (`at`) and the end (`until`) of a pause. */
export interface Pause {
  readonly at: number;
  /** When the pause ends by itself; absent if it lasts until the service is resumed. */
  readonly until?: number;
  readonly reason: string;
  readonly by: string;
}

/** A pause as answers and tests show it, with instants in ISO 8601. */
export interface ShownPause {
  readonly at: string;
  /** `null` if the pause lasts until the service is resumed. */
  readonly until: string | null;
  readonly reason: string;
  readonly by: string;
}

/** Returns the pause as it is shown; `null` if there is none. */
export function shownPause(pause: Pause | undefined): ShownPause | null {
  if (pause === undefined) return null;
  const { at, until, reason, by } = pause;
  return { at: toIso(at), until: toIsoOrNull(until), reason, by };
}

/** Everything that Tickover keeps about a service between two invocations. Instants are in epoch milliseconds. */
export interface ServiceState {
  /** The number of the newest run; each acquire raises this number by one. */
  readonly fence: number;
  /**
   * The fence up to which runs are counted, as ended, crashed or released. `fence - countedUpTo` runs have started and
   * are not counted yet.
   */
  readonly countedUpTo: number;
  /** A number that an operator's resume or repair raises, so that a commit under way is refused. */
  readonly epoch: number;
  readonly lease?: Lease;
  /** The due time of the newest decided tick; an older tick never runs. */
  readonly lastTick?: number;
  readonly lastSuccess?: number;
  /** The earliest due time (`scheduledFor`) of a tick that may run while the service backs off. */
  readonly notBefore?: number;
  /**
   * The build id of the function that set `notBefore`, or {@link ASKED}. A function with another build id ignores
   * `notBefore`. If `notBeforeBuild` is absent, `notBefore` holds for every build.
   */
  readonly notBeforeBuild?: string;
  readonly halt?: Halt;
  readonly pause?: Pause;
  /**
   * The track record as it is stored. If the option `consecutive` was changed, it may have another length than the
   * option says.
   */
  readonly trackRecord: readonly boolean[];
  readonly backoffCount: number;
  readonly streak: number;
  /** The failures of runs up to this fence are forgotten. */
  readonly failuresAfter: number;
  /** The run history: the newest runs, oldest first, at most {@link HISTORY_SIZE}. */
  readonly runs: readonly RunEntry[];
  readonly cursor?: string;
}

/** The value of `notBeforeBuild` if a server's Retry-After header set `notBefore`, which then holds for every build. */
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
 * Whether `current` already contains the commit of the run with this fence. `countedUpTo` alone doesn't prove it, since
 * a later run may have counted this run as crashed. So the run history must contain the run too.
 * @param committed the state that the commit wrote
 */
export function containsCommit(current: ServiceState, fence: number, committed: ServiceState): boolean {
  const { runs, lastTick, lastSuccess } = committed;
  if (runs.length === 0) {
    return current.countedUpTo === fence && current.lastTick === lastTick && current.lastSuccess === lastSuccess;
  }
  return current.countedUpTo >= fence && historyGrewFrom(runs, current.runs);
}

/** The loop state that a service state contains. `failures` is empty, since run records contain the failures. */
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
 * The state of a service that starts afresh, after a resume or under a new build. Halt, backoff, track record, streak
 * and remembered failures are cleared; everything else stays.
 */
export function freshStart(state: ServiceState): ServiceState {
  const { halt: _halt, notBefore: _notBefore, notBeforeBuild: _notBeforeBuild, ...rest } = state;
  return { ...rest, trackRecord: [], backoffCount: 0, streak: 0, failuresAfter: state.countedUpTo };
}
