/** The ports of a tick: store, observers, clock, randomness, log. Other folders of `lib` implement these ports. */
import type { BackoffRules, Pause, RunRecord, ServiceState, SkipReason, Tick } from '../rules/index.ts';
import type { RunScope } from '../run/index.ts';
import type { Log } from '../service/index.ts';
import type { Clock, Random } from '../time/index.ts';
import type { TickEvent } from './tick-event.ts';

/** A request for the lease of a service. Instants are in epoch milliseconds. */
export interface AcquireRequest {
  readonly service: string;
  readonly tick: Tick;
  readonly now: number;
  readonly build: string;
  /**
   * The present policy and schedule of the service. If they make backoffs shorter, a stored backoff ends earlier.
   * @default the backoff ends at the stored `notBefore`
   */
  readonly rules?: BackoffRules;
  /**
   * A random text of at most 12 characters that identifies this request. Two deliveries of the same tick have different
   * owners.
   */
  readonly owner: string;
  readonly leaseUntil: number;
}

/**
 * A granted lease. A commit is written only if the state item still has this `fence` and `epoch`, a release only if the
 * item still has this `owner`.
 */
export interface Claim {
  readonly service: string;
  readonly owner: string;
  readonly fence: number;
  readonly epoch: number;
  /**
   * If true, the commit doesn't free the lease, since the workload may still run. @default the commit frees the lease
   */
  readonly keepsLease?: true;
}

/** The answer to an {@link AcquireRequest} that got no lease: the reason to skip the tick, and the stored state. */
export interface Refused {
  readonly granted: false;
  readonly reason: SkipReason;
  readonly state: ServiceState;
}

export type Acquired =
  | {
      readonly granted: true;
      readonly claim: Claim;
      /** The state before the lease was taken. */
      readonly state: ServiceState;
    }
  | Refused;

/**
 * The answer to a commit: written or refused. Reason `epoch`: an operator resumed the service; the run can be applied
 * to `state`, the state after the resume, and committed with `claim`. Reason `fence`: another run took the lease, so
 * this run can't commit any more.
 */
export type CommitAnswer =
  | { readonly written: true }
  | { readonly written: false; readonly reason: 'epoch'; readonly claim: Claim; readonly state: ServiceState }
  | { readonly written: false; readonly reason: 'fence' };

/**
 * Keeps the state of every service. Every method rejects with UnreadableStateError if the state is damaged or of a
 * newer version, and with an error of the store if the store can't be reached.
 */
export interface StateStore {
  /**
   * Takes the lease and raises the fence in one write, if admission allows the tick to run.
   * @param signal when it is aborted, the store rejects within a second, and releases a lease that it may have taken
   */
  acquire(request: AcquireRequest, signal?: AbortSignal): Promise<Acquired>;
  /**
   * Writes the state, frees the lease unless the claim has `keepsLease`, and marks all runs up to this one as counted.
   * The condition is that the item still has the claim's `fence` and `epoch`. Never changes the pause. If the same
   * commit was written before, the answer is `written`.
   * @param signal when it is aborted, the store rejects; the state may be written nevertheless
   */
  commit(claim: Claim, state: ServiceState, signal?: AbortSignal): Promise<CommitAnswer>;
  /**
   * Frees the lease and marks the run as counted, without an outcome. Does nothing if the `owner` in the item is no
   * longer that of the claim.
   * @param signal when it is aborted, the store rejects; the lease may be freed nevertheless
   */
  release(claim: Claim, signal?: AbortSignal): Promise<void>;
  /** The state of a service; `undefined` if nothing is stored for the service. */
  read(service: string): Promise<ServiceState | undefined>;
  /** Writes a run record. Writing the same record again changes nothing. */
  putRun(record: RunRecord): Promise<void>;
  /** The run records of failed runs whose fence is above `after`: newest first, one for each run, at most `limit`. */
  failedRuns(service: string, range: { readonly after: number; readonly limit: number }): Promise<RunRecord[]>;
  /** Pauses the service; a stored pause is replaced. Returns the new state. */
  pause(service: string, pause: Pause): Promise<ServiceState>;
  /**
   * Ends halt, pause and backoff, sets the streak to 0 and forgets the failures. Returns the state before the resume.
   */
  resume(service: string): Promise<ServiceState>;
}

/** A crashed run, as observers get it when the next run counts it. */
export interface CrashEvent {
  readonly service: string;
  readonly fence: number;
  /** When the crash was counted, in epoch milliseconds. */
  readonly bookedAt: number;
  /** The streak of the service after this crash was counted. `halted`: whether the service was halted then. */
  readonly streak: number;
  readonly halted: boolean;
}

/**
 * Receives the events of ticks and crashed runs: a log, a metric, or a hook of a user. If an observer throws, the error
 * is logged and has no other effect.
 */
export interface Observer {
  /** Called for each crashed run when the next run counts it. */
  runCrashed?(event: CrashEvent): void;
  /** Called for every tick that has run or was skipped, after its state is written. */
  tickEnded?(event: TickEvent): void;
  /** Called after an operator has resumed the service. */
  resumed?(service: string): void;
  /**
   * Asks the observer to send everything that it still holds, since the process may end or freeze afterwards. The tick
   * waits for a returned promise, at most 2 s (`FLUSH_LIMIT`).
   */
  flush?(): void | Promise<void>;
}

export interface Ports {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A log for texts that Tickover makes itself. It needn't mask credentials in them or shorten them. @default `log` */
  readonly ownLog?: Log;
  readonly observers: readonly Observer[];
  /**
   * Ends the process (on one machine the worker thread) if a workload ignores its signal, if the process is exhausted,
   * or after a stray error. Doesn't return, except in a test.
   */
  readonly recycle: () => void;
  /**
   * Starts each run so that errors of the run that no code catches are attributed to that run.
   * @default none: such an error ends the process, as usual in Node
   */
  readonly runScope?: RunScope;
}
