/** The ports of a tick: store, observers, clock, randomness, log. Adapters implement them. */
import type { BackoffRules, Pause, RunRecord, ServiceState, SkipReason, Tick } from '../rules/index.ts';
import type { RunScope } from '../run/index.ts';
import type { Log } from '../service/index.ts';
import type { Clock, Random } from '../time/index.ts';
import type { TickEvent } from './tick-event.ts';

/** A request for the lease of a service. Instants in epoch milliseconds. */
export interface AcquireRequest {
  readonly service: string;
  readonly tick: Tick;
  readonly now: number;
  readonly build: string;
  /** The rules that the service runs by now. @default a stored backoff stands as it is */
  readonly rules?: BackoffRules;
  /**
   * Random for each call, since two deliveries can have the same tick and the same invocation. At most 12 characters.
   */
  readonly owner: string;
  readonly leaseUntil: number;
}

/** A lease that was granted: the facts that a commit must still find in the item. */
export interface Claim {
  readonly service: string;
  readonly owner: string;
  readonly fence: number;
  readonly epoch: number;
  /**
   * The commit leaves the lease as it stands, since the workload may run until its process ends.
   * @default the commit frees the lease
   */
  readonly keepsLease?: true;
}

/** An answer to {@link AcquireRequest}: a refusal is a value. */
export type Acquired =
  | { readonly granted: true; readonly claim: Claim /** As it was before. */; readonly state: ServiceState }
  | { readonly granted: false; readonly reason: SkipReason; readonly state: ServiceState };

/**
 * An answer to a commit. `epoch`: an operator resumed the service meanwhile; `state` is the state now. `fence`: another
 * run took over.
 */
export type CommitAnswer =
  | { readonly written: true }
  | { readonly written: false; readonly reason: 'epoch'; readonly claim: Claim; readonly state: ServiceState }
  | { readonly written: false; readonly reason: 'fence' };

/**
 * Where services keep their state. Every method rejects with UnreadableStateError on state that is damaged or newer,
 * and with the adapter's own error when the store can't be reached.
 */
export interface StateStore {
  /** Takes the lease and raises the fencing token, if admission allows, in one write. */
  acquire(request: AcquireRequest): Promise<Acquired>;
  /**
   * If the claim still holds: writes the state, frees the lease unless the claim keeps it, and marks all runs up to the
   * claim's as counted. Never touches the pause. The same commit can be sent again: one that was written before is
   * answered as written, also behind a later run's.
   * @param signal when it is aborted, the store gives up and rejects; the write may get through all the same
   */
  commit(claim: Claim, state: ServiceState, signal?: AbortSignal): Promise<CommitAnswer>;
  /**
   * Frees the lease without an outcome, if the claim still holds; the run is marked as counted.
   * @param signal when it is aborted, the store gives up and rejects; the write may get through all the same
   */
  release(claim: Claim, signal?: AbortSignal): Promise<void>;
  /** The state of a service, or `undefined` if it was never seen. */
  read(service: string): Promise<ServiceState | undefined>;
  /** Writes a run record. Writing it again changes nothing. */
  putRun(record: RunRecord): Promise<void>;
  /**
   * Run records of runs that didn't succeed and whose fence is above `after`: newest first, one a run, at most `limit`.
   */
  failedRuns(service: string, range: { readonly after: number; readonly limit: number }): Promise<RunRecord[]>;
  /** Pauses the service, replacing an earlier pause. Returns the state after it. */
  pause(service: string, pause: Pause): Promise<ServiceState>;
  /** Starts the service afresh: halt, pause, backoff, streak and failures are gone. Returns the state before it. */
  resume(service: string): Promise<ServiceState>;
}

/** A run that crashed, as the next run counts it. */
export interface CrashEvent {
  readonly service: string;
  /** The number of the crashed run. */
  readonly fence: number;
  /** When it was counted, in epoch milliseconds. */
  readonly bookedAt: number;
  /** The service's streak and whether it is halted, with this crash counted. */
  readonly streak: number;
  readonly halted: boolean;
}

/**
 * Gets the events of services: a log, a metric, a hook of the user's. An error of an observer is logged and changes
 * nothing.
 */
export interface Observer {
  /** A crashed run was counted. */
  runCrashed?(event: CrashEvent): void;
  /** A tick ended, whatever became of it; called after its state was written. */
  tickEnded?(event: TickEvent): void;
  /** An operator resumed the service: it starts afresh. */
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
  readonly observers: readonly Observer[];
  /**
   * Ends this process, or this worker: nothing else ends a workload that ignores its signal or gives an exhausted
   * process new means, and a process in which a stray error happened is not to be trusted. May return in a test.
   */
  readonly recycle: () => void;
  /**
   * Keeps the errors of one run apart from another's.
   * @default an exception that nothing catches ends the process, as Node has it
   */
  readonly runScope?: RunScope;
}
