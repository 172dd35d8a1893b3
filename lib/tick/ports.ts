/** What a tick needs of the world: the store, observers, clock, randomness, log. Adapters implement these. */

import type { Pause, RunRecord, ServiceState, SkipReason, Tick } from '../rules/index.ts';
import type { RunScope } from '../run/index.ts';
import type { Log } from '../service/index.ts';
import type { Clock, Random } from '../time/index.ts';
import type { TickEvent } from './tick-event.ts';

/** Who asks for the lease, for what, and until when. */
export interface AcquireRequest {
  readonly service: string;
  readonly tick: Tick;
  readonly now: number;
  readonly build: string;
  /** Random for each call: neither the tick nor the invocation tells two deliveries apart. At most 12 characters. */
  readonly owner: string;
  readonly leaseUntil: number;
}

/** A lease that was granted: what a commit must still find. */
export interface Claim {
  readonly service: string;
  readonly owner: string;
  readonly fence: number;
  readonly epoch: number;
  /** A commit leaves the lease as it stands, since the workload may still be at work until its process ends. @default the lease is freed */
  readonly keepsLease?: true;
}

/** An answer to {@link AcquireRequest}: a refusal is a value. */
export type Acquired =
  | {
      readonly granted: true;
      readonly claim: Claim /** As it was before the lease was taken. */;
      readonly state: ServiceState;
    }
  | { readonly granted: false; readonly reason: SkipReason; readonly state: ServiceState };

/** An answer to a commit. `epoch`: an operator resumed the service meanwhile, here is what stands there now. `fence`: another run took over. */
export type Committed =
  | { readonly written: true }
  | { readonly written: false; readonly reason: 'epoch'; readonly claim: Claim; readonly state: ServiceState }
  | { readonly written: false; readonly reason: 'fence' };

/**
 * Where services keep their state. Every method rejects with UnreadableStateError on state that is damaged or newer, and with
 * the adapter's own error when the store can't be reached.
 */
export interface StateStore {
  /** Takes the lease and raises the fencing token, if admission allows, in one write. */
  acquire(request: AcquireRequest): Promise<Acquired>;
  /**
   * Writes the state, frees the lease unless the claim keeps it, and marks all runs up to the claim's as booked, if the claim still holds. Never touches the pause.
   * The same commit can be sent again and again; one that was written before is answered as written, also behind a later run's.
   * @param signal when it is aborted, the store gives up and rejects; the write may get through all the same
   */
  commit(claim: Claim, state: ServiceState, signal?: AbortSignal): Promise<Committed>;
  /** Gives the lease back without an outcome, if the claim still holds; the run is marked as booked. */
  release(claim: Claim): Promise<void>;
  /** The state of a service, or `undefined` if it was never seen. */
  read(service: string): Promise<ServiceState | undefined>;
  /** Writes a run down. Writing it again changes nothing. */
  putRun(record: RunRecord): Promise<void>;
  /** Records of runs that didn't succeed, newest first, one a run, at most `limit`, of fences above `after`. */
  failedRuns(service: string, range: { readonly after: number; readonly limit: number }): Promise<RunRecord[]>;
  /** Pauses the service; a pause that stands is replaced. Returns the state as it is then. */
  pause(service: string, pause: Pause): Promise<ServiceState>;
  /** Starts the service afresh: halt, pause, backoff, streak and failures are gone. Returns the state as it was. */
  resume(service: string): Promise<ServiceState>;
}

/** A run that died and was booked by the next one. */
export interface CrashEvent {
  readonly service: string;
  /** The number of the run that died. */
  readonly fence: number;
  readonly bookedAt: number;
  readonly streak: number;
  readonly halted: boolean;
}

/** Somebody who is told what happened. What an observer throws is logged and changes nothing. */
export interface Observer {
  /** A run that died was booked. */
  runCrashed?(tickEvent: CrashEvent): void;
  /** A tick ended, whatever became of it; called after its state was written. */
  tickEnded?(tickEvent: TickEvent): void;
  /** An operator resumed the service: it starts afresh. */
  resumed?(service: string): void;
  /** Everything told so far must leave the process now. */
  flush?(): void | Promise<void>;
}

/** All of them. */
export interface Ports {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observers: readonly Observer[];
  /** Ends this process, or this worker: a workload that ignores its signal can't be ended otherwise, and what a leftover failed in is not to be trusted. May return in a test. */
  readonly recycle: () => void;
  /** Tells what one run leaves behind from the work of another. @default nothing does: the process ends by it, as Node has it */
  readonly runScope?: RunScope;
}
