/** The ports of a tick: store, observers, clock, randomness, log. Other rooms implement them. */
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
   * The policy and the schedule that the service has now. They can shorten a stored backoff. @default a stored backoff
   * is not shortened
   */
  readonly rules?: BackoffRules;
  /**
   * A random text of at most 12 characters that identifies this request. It is new for each call, since two deliveries
   * can have the same tick and the same invocation.
   */
  readonly owner: string;
  readonly leaseUntil: number;
}

/**
 * A granted lease, as its run must show it to the store. A commit is written only if the item still has this `fence`
 * and `epoch`, a release only if the item still has this `owner`.
 */
export interface Claim {
  readonly service: string;
  readonly owner: string;
  readonly fence: number;
  readonly epoch: number;
  /**
   * If true, the commit does not free the lease, since the workload may go on until its process ends. This is an order
   * to the store, not an attribute of the item.
   * @default the commit frees the lease
   */
  readonly keepsLease?: true;
}

/**
 * The answer to an {@link AcquireRequest} that got no lease: why its tick is skipped, and the stored state. The store
 * returns a Refused and doesn't throw it.
 */
export interface Refused {
  readonly granted: false;
  readonly reason: SkipReason;
  readonly state: ServiceState;
}

/** Any answer to an {@link AcquireRequest}: the lease was granted or refused. */
export type Acquired =
  | {
      readonly granted: true;
      readonly claim: Claim;
      /** The state before the lease was taken. */
      readonly state: ServiceState;
    }
  | Refused;

/**
 * The answer to a commit: written, or refused for a reason. `epoch`: an operator resumed the service meanwhile; `state`
 * is the state after the resume, and `claim` is the claim with which the run can commit to it. `fence`: another run
 * took the lease, so this run can't commit any more.
 */
export type CommitAnswer =
  | { readonly written: true }
  | { readonly written: false; readonly reason: 'epoch'; readonly claim: Claim; readonly state: ServiceState }
  | { readonly written: false; readonly reason: 'fence' };

/**
 * The store that keeps the state of every service. Every method rejects with UnreadableStateError if the state is
 * damaged or of a newer version, and with an error of the store if the store can't be reached. A caller that passes a
 * `signal` limits the time of the call by it: when the signal is aborted, the store gives up.
 */
export interface StateStore {
  /**
   * Takes the lease and raises the fence in one write, if admission allows the tick to run.
   * @param signal when it is aborted, the store gives up and rejects within a second (`GRACE`), and releases a lease
   * that it may have taken
   */
  acquire(request: AcquireRequest, signal?: AbortSignal): Promise<Acquired>;
  /**
   * If the item still has the `fence` and the `epoch` of the claim: writes the state, frees the lease unless the claim
   * has `keepsLease`, and marks all runs up to the run of the claim as counted. Never changes the pause. The same
   * commit can be sent again: if it was written before, the answer is `written`, even if other runs have committed
   * since.
   * @param signal when it is aborted, the store gives up and rejects; the state may be written nevertheless
   */
  commit(claim: Claim, state: ServiceState, signal?: AbortSignal): Promise<CommitAnswer>;
  /**
   * Frees the lease if the item still has the `owner` of the claim; otherwise does nothing. The run is marked as
   * counted, without an outcome.
   * @param signal when it is aborted, the store gives up and rejects; the lease may be freed nevertheless
   */
  release(claim: Claim, signal?: AbortSignal): Promise<void>;
  /** The state of a service; `undefined` if nothing is stored for the service. */
  read(service: string): Promise<ServiceState | undefined>;
  /** Writes a run record. Writing the same record again changes nothing. */
  putRun(record: RunRecord): Promise<void>;
  /**
   * The run records of runs that did not succeed and whose fence is above `after`: newest first, one for each run, at
   * most `limit` of them. The list is empty if there are none.
   */
  failedRuns(service: string, range: { readonly after: number; readonly limit: number }): Promise<RunRecord[]>;
  /** Pauses the service; a stored pause is replaced. Returns the new state. */
  pause(service: string, pause: Pause): Promise<ServiceState>;
  /**
   * Starts the service afresh: ends halt, pause and backoff, sets the streak to 0 and forgets the failures. Returns the
   * state before the resume.
   */
  resume(service: string): Promise<ServiceState>;
}

/** A crashed run, as observers get it when the next run counts it. */
export interface CrashEvent {
  readonly service: string;
  /** The number of the crashed run. */
  readonly fence: number;
  /** When the crash was counted, in epoch milliseconds. */
  readonly bookedAt: number;
  /** The streak of the service after this crash was counted. `halted` says whether the service is halted then. */
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
   * Asks the observer to send everything that it still holds, since the process may end or freeze after this call. If
   * it returns a promise, the tick waits for it, at most 2 s (`FLUSH_LIMIT`), or less if the tick has less time left.
   */
  flush?(): void | Promise<void>;
}

/** All ports of a tick. */
export interface Ports {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /**
   * A log that may write messages and fields without masking credentials in them and without shortening them. It gets
   * only values that Tickover makes itself. @default `log`
   */
  readonly ownLog?: Log;
  readonly observers: readonly Observer[];
  /**
   * Ends the process of the run, or its worker thread on one machine. It is called for a workload that ignores its
   * signal, for an exhausted process, and after a stray error: only a new process helps then. It doesn't return, except
   * in a test.
   */
  readonly recycle: () => void;
  /**
   * The function by which each run is started. It attributes to a run the errors of this run that no code catches.
   * @default none: such an error ends the process, as usual in Node
   */
  readonly runScope?: RunScope;
}
