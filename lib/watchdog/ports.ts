/** The ports of the watchdog. */
import type { ServiceState } from '../rules/index.ts';
import type { RunContext, UnreadableStateError } from '../service/index.ts';
import type { MemoryPart } from './memory.ts';
import type { Notice } from './notice.ts';

/** The state of a service; the error if the state can't be read; `undefined` if there is none. */
export type Found = ServiceState | UnreadableStateError | undefined;

/** The means to wait between attempts, and the signal that ends the check. */
export type CheckContext = Pick<RunContext, 'clock' | 'random' | 'signal'>;

/** A run in the history of a service. */
export interface RunKey {
  readonly service: string;
  /** The time in the key of its run record. */
  readonly at: number;
  readonly fence: number;
}

/** Reads the states of many services. */
export interface StatesReader {
  /**
   * Returns the states by service, without those that the store did not return. Rejects with the error of the store if
   * it can't be reached.
   */
  read(services: readonly string[], context: CheckContext): Promise<ReadonlyMap<string, Found>>;
  /** Returns the failures of these runs as `class: message` by service, as far as their records are found. */
  failures(runs: readonly RunKey[], context: CheckContext): Promise<ReadonlyMap<string, string>>;
}

/** Keeps the watchdog's memory from one check to the next. */
export interface MemoryStore {
  /** Returns every part. Rejects with the error of the store if it can't be reached. */
  load(context: CheckContext): Promise<readonly MemoryPart[]>;
  /**
   * Writes these parts, each with its revision raised by one, and returns them so.
   * @throws StoreError also if another check has written a part since `load`, so that an older check never undoes a
   *   newer one
   */
  save(parts: readonly MemoryPart[], context: CheckContext): Promise<readonly MemoryPart[]>;
}

/** A way by which notices leave. */
export interface Sender {
  /** A short name, which the memory stores for a notice that this sender still owes. */
  readonly name: string;
  /** Sends the notice. Rejects if the other side did not take it; then the next check tries again. */
  send(notice: Notice, context: CheckContext): Promise<void>;
}

/** The metrics of one check. */
export interface HealthMetrics {
  /** `Unhealthy` = 1 for a service that is in trouble. Nothing is written for the others. */
  unhealthy(service: string): void;
  /** How many services the check judged, and how many of them are in trouble. Only a scheduled check calls this. */
  checked(counts: { readonly watched: number; readonly unhealthy: number }): void;
  /** Writes everything since the last call. */
  flush(): void;
}
