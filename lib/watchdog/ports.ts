/** The ports of the watchdog: for states, for its memory, for senders and for metrics. */
import type { ServiceState } from '../rules/index.ts';
import type { RunContext, UnreadableStateError } from '../service/index.ts';
import type { MemoryPart } from './memory.ts';
import type { Notice } from './notice.ts';

/** The state of a watched service; the error if the state can't be read; `undefined` if no state is stored. */
export type Found = ServiceState | UnreadableStateError | undefined;

/** The clock and the random numbers by which a check waits between attempts, and the signal that ends the check. */
export type CheckContext = Pick<RunContext, 'clock' | 'random' | 'signal'>;

/** The key of the run record of one run. */
export interface RunKey {
  readonly service: string;
  /**
   * The instant in the key of the run record, in epoch milliseconds: `scheduledFor` of a scheduled run, the start of a
   * manual run, and for a crashed run the time at which it was counted.
   */
  readonly at: number;
  readonly fence: number;
}

/** Reads the states of many services at once, and the errors of failed runs. */
export interface StatesReader {
  /**
   * Returns the states by name of the service. A service is absent from the map if the store left out its state at
   * every attempt. Rejects with the error of the store if the store can't be reached.
   */
  read(services: readonly string[], context: CheckContext): Promise<ReadonlyMap<string, Found>>;
  /**
   * Returns the errors of these failed runs as `class: message`, by name of the service. A run without a run record is
   * left out.
   */
  failures(runs: readonly RunKey[], context: CheckContext): Promise<ReadonlyMap<string, string>>;
}

/** Keeps the watchdog's memory (what it remembers of each service) from one check to the next. */
export interface MemoryStore {
  /** Returns every part of the memory. Rejects with the error of the store if the store can't be reached. */
  load(context: CheckContext): Promise<readonly MemoryPart[]>;
  /**
   * Writes these parts of the memory, and returns them with the revision that each has after the write.
   * @throws StoreError if a write fails, and also if another check has written a part since `load`, so that an older
   *   check never undoes a newer one
   */
  save(parts: readonly MemoryPart[], context: CheckContext): Promise<readonly MemoryPart[]>;
}

/** A way by which notices leave: a topic, a bus or a webhook. */
export interface Sender {
  /**
   * A short name of the sender. With each change the memory stores the names of the senders that still have to send it.
   */
  readonly name: string;
  /** Sends the notice. Rejects if the receiver did not take the notice; then the next check sends it again. */
  send(notice: Notice, context: CheckContext): Promise<void>;
}

/** The metrics of one check by the watchdog. */
export interface HealthMetrics {
  /**
   * Records the metric `Unhealthy` with the value 1 for a service in trouble. A service without trouble gets no sample.
   */
  unhealthy(service: string): void;
  /**
   * Records how many services the check judged, and how many of them are in trouble. Only a scheduled check calls this.
   */
  checked(counts: { readonly watched: number; readonly unhealthy: number }): void;
  /** Writes all metrics that were recorded since the last call of `flush`. */
  flush(): void;
}
