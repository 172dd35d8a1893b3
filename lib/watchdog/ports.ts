/** The ports of the watchdog. */
import type { ServiceState } from '../rules/index.ts';
import type { RunContext, UnreadableStateError } from '../service/index.ts';

/** The state of a service; the error if the state can't be read; `undefined` if there is none. */
export type Found = ServiceState | UnreadableStateError | undefined;

/** Reads the states of many services. */
export interface StatesReader {
  /**
   * Returns the states by service, without those that the store did not return. The states may lag a moment behind the
   * latest writes. Rejects with the error of the store if it can't be reached.
   */
  read(
    services: readonly string[],
    context: Pick<RunContext, 'clock' | 'random' | 'signal'>,
  ): Promise<ReadonlyMap<string, Found>>;
}

/** The metric `Overdue` of each watched service. */
export interface OverdueMetric {
  set(service: string, overdue: boolean): void;
  /** Writes all values that were set. */
  flush(): void;
}
