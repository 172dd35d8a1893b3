/** The ports of the watchdog. */
import type { ServiceState } from '../rules/index.ts';
import type { RunContext, UnreadableStateError } from '../service/index.ts';
import type { Notice } from './notice.ts';
import type { StoredMemory } from './memory.ts';

/** The state of a service; the error if the state can't be read; `undefined` if there is none. */
export type Found = ServiceState | UnreadableStateError | undefined;

type Waits = Pick<RunContext, 'clock' | 'random' | 'signal'>;

/** Reads the states of many services. */
export interface StatesReader {
  /**
   * Returns the states by service, without those that the store did not return. Rejects with the error of the store if
   * it can't be reached.
   */
  read(services: readonly string[], context: Waits): Promise<ReadonlyMap<string, Found>>;
}

/** Keeps the watchdog's memory from one look to the next. */
export interface MemoryStore {
  /** Returns what the last look remembered. Rejects with the error of the store if it can't be reached. */
  load(context: Waits): Promise<StoredMemory>;
  /**
   * Writes the parts that changed.
   * @throws StoreError also if another look has written since `load`, so that an older look never undoes a newer one
   */
  save(memory: StoredMemory, context: Waits): Promise<void>;
}

/** A way by which notices leave. */
export interface Sender {
  /** A short name, which the memory stores for a notice that this sender still owes. */
  readonly name: string;
  /** Sends the notice. Rejects if the other side did not take it; then the next look tries again. */
  send(notice: Notice, context: Waits): Promise<void>;
}

/** The metrics of one look. */
export interface HealthMetrics {
  /** `Unhealthy` = 1 for a service that is in trouble. Nothing is written for the others. */
  unhealthy(service: string): void;
  /** How many services the look judged, and how many of them are in trouble. Only a scheduled look calls this. */
  looked(counts: { readonly watched: number; readonly unhealthy: number }): void;
  /** Writes everything since the last call. */
  flush(): void;
}
