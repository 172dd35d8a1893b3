import type { ServiceState } from '../rules/index.ts';
import type { RunContext, UnreadableStateError } from '../service/index.ts';
import type { MemoryPart } from './memory.ts';
import type { Notice } from './notice.ts';

/** The state of a watched service: an error if it can't be read, `undefined` if none is stored. */
export type Found = ServiceState | UnreadableStateError | undefined;

/** What a check needs to wait between two tries, and to end in time. */
export type CheckContext = Pick<RunContext, 'clock' | 'random' | 'signal'>;

/** The key of a run record, the stored item about one failed, crashed or manual run. */
export interface RunKey {
  readonly service: string;
  /**
   * The due time of a scheduled run, the start of a manual run, or the time at which a crashed run was counted, in
   * epoch milliseconds.
   */
  readonly at: number;
  readonly fence: number;
}

/** Reads the states of many services at once, and the errors of failed runs. */
export interface StatesReader {
  /**
   * Returns the states by name of the service. A service is missing if every answer of the store left it out.
   * @throws StoreError if the store can't be reached
   */
  read(services: readonly string[], context: CheckContext): Promise<ReadonlyMap<string, Found>>;
  /**
   * Returns the errors of these runs as `class: message`, by name of the service. A run without a stored error is left
   * out.
   */
  failures(runs: readonly RunKey[], context: CheckContext): Promise<ReadonlyMap<string, string>>;
}

/** Keeps what the watchdog remembers of each service from one check to the next. */
export interface MemoryStore {
  /**
   * Returns all items of the watchdog's memory.
   * @throws StoreError if the store can't be reached
   */
  load(context: CheckContext): Promise<readonly MemoryPart[]>;
  /**
   * Writes these items of the watchdog's memory, and returns them with their new revisions.
   * @throws StoreError if a write fails, or if another check has written an item since `load`
   */
  save(parts: readonly MemoryPart[], context: CheckContext): Promise<readonly MemoryPart[]>;
}

/** A way by which notices leave: an SNS topic, an EventBridge bus or a webhook. */
export interface Sender {
  /** The short name of the sender, as it is stored with each change that it still has to send. */
  readonly name: string;
  /** Sends a notice. Rejects if the receiver refused it; then the next check sends it again. */
  send(notice: Notice, context: CheckContext): Promise<void>;
}

export interface HealthMetrics {
  /**
   * Records the value 1 of the metric `Unhealthy` for a service in trouble. A service without trouble gets no value.
   */
  unhealthy(service: string): void;
  /** Records the numbers of judged services and of services in trouble. Called only in a scheduled check. */
  checked(counts: { readonly watched: number; readonly unhealthy: number }): void;
  /** Writes all metrics that were recorded since the last call. */
  flush(): void;
}
