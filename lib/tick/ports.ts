/** The ports of a tick: store, observers, clock, randomness, log. Adapters implement them. */
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
  /** The rules that the service runs by now. @default a stored backoff stands as it is */
  readonly rules?: BackoffRules;
  /**
   * A random text for each call, since two deliveries can have the same tick and the same invocation. At most 12
   * characters.
   */
  readonly owner: string;
  readonly leaseUntil: number;
}

/** A granted lease. A commit is written if the item still has `fence` and `epoch`, a release if it has `owner`. */
export interface Claim {
  readonly service: string;
  readonly owner: string;
  readonly fence: number;
  readonly epoch: number;
  /**
   * An order, not a fact of the item: the commit does not free the lease, since the workload may run until its process
   * ends.
   * @default the commit frees the lease
   */
  readonly keepsLease?: true;
}

/** The answer to an {@link AcquireRequest} that got no lease: why its tick is skipped. A refusal is a value. */
export interface Refused {
  readonly granted: false;
  readonly reason: SkipReason;
  readonly state: ServiceState;
}

/** An answer to {@link AcquireRequest}. */
export type Acquired =
  | {
      readonly granted: true;
      readonly claim: Claim;
      /** The state before the lease was taken. */
      readonly state: ServiceState;
    }
  | Refused;

/**
 * An answer to a commit. `epoch`: refused, since an operator resumed the service meanwhile; `state` is the new state.
 * `fence`: refused, since another run took over.
 */
export type CommitAnswer =
  | { readonly written: true }
  | { readonly written: false; readonly reason: 'epoch'; readonly claim: Claim; readonly state: ServiceState }
  | { readonly written: false; readonly reason: 'fence' };

/**
 * The store of the states of services. Every method rejects with UnreadableStateError if the state is damaged or of a
 * newer version, and with an error of its own if the store can't be reached. No tick and no answer waits longer than a
 * time limit for any of them; a signal lets the store give up before it is left.
 */
export interface StateStore {
  /**
   * Takes the lease and raises the fence in one write, if admission allows it.
   * @param signal when it is aborted, the store gives up within the grace (1 s) and rejects; a lease that it may have
   * taken is released
   */
  acquire(request: AcquireRequest, signal?: AbortSignal): Promise<Acquired>;
  /**
   * If the claim still holds: writes the state, frees the lease unless the claim keeps it, and marks all runs up to the
   * run of the claim as counted. Never changes the pause. The same commit can be sent again: if it was written before,
   * the answer is `written`, even after later runs.
   * @param signal if it is aborted, the store gives up and rejects; the write may take effect nevertheless
   */
  commit(claim: Claim, state: ServiceState, signal?: AbortSignal): Promise<CommitAnswer>;
  /**
   * Frees the lease without an outcome, if the claim still holds; the run is marked as counted.
   * @param signal when it is aborted, the store gives up and rejects; the write may get through all the same
   */
  release(claim: Claim, signal?: AbortSignal): Promise<void>;
  /** The state of a service, or `undefined` if it was never seen. */
  read(service: string): Promise<ServiceState | undefined>;
  /** Writes a run record. Writing the same record again changes nothing. */
  putRun(record: RunRecord): Promise<void>;
  /**
   * The records of runs that didn't succeed and have a fence above `after`: newest first, one for each run, at most
   * `limit`.
   */
  failedRuns(service: string, range: { readonly after: number; readonly limit: number }): Promise<RunRecord[]>;
  /** Pauses the service, replacing an earlier pause. Returns the new state. */
  pause(service: string, pause: Pause): Promise<ServiceState>;
  /**
   * Starts the service afresh: ends halt, pause and backoff, and clears streak and failures. Returns the state before
   * that.
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
  /** The streak of the service after this crash; `halted` says whether the service is halted then. */
  readonly streak: number;
  readonly halted: boolean;
}

/**
 * Gets the events of services: a log, a metric, a hook of a user. An error of an observer is logged and has no other
 * effect.
 */
export interface Observer {
  /** Called when a crashed run was counted. */
  runCrashed?(event: CrashEvent): void;
  /** Called when a tick ended, in whatever way, after its state was written. */
  tickEnded?(event: TickEvent): void;
  /** Called when an operator resumed the service. */
  resumed?(service: string): void;
  /**
   * Everything that the observer holds must leave the process now. A promise is waited for, 2 s at most; less where the
   * tick's time is nearly up.
   */
  flush?(): void | Promise<void>;
}

/** All ports. */
export interface Ports {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The log for Tickover's own values, in which nothing has to be masked. @default the log */
  readonly ownLog?: Log;
  readonly observers: readonly Observer[];
  /**
   * Ends this process, or this worker: nothing else ends a workload that ignores its signal or gives an exhausted
   * process new means, and a process in which a stray error happened is not to be trusted. May return in a test.
   */
  readonly recycle: () => void;
  /**
   * Attributes the errors that nothing catches to their runs.
   * @default none: an exception that nothing catches ends the process, as usual in Node
   */
  readonly runScope?: RunScope;
}
