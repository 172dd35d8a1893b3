/** What the watch needs of the world. */

import type { ServiceState } from '../rules/index.ts';
import type { UnreadableStateError } from '../service/index.ts';
import type { Clock, Random } from '../time/index.ts';

/** A service's state as it was found: read, beyond reading, or missing. */
export type Found = ServiceState | UnreadableStateError | undefined;

/** What waiting between attempts takes. */
export interface Waits {
  readonly clock: Clock;
  readonly random: Random;
  /** Ends waiting and asking. */
  readonly signal: AbortSignal;
}

/** Reads the states of many services. */
export interface StatesReader {
  /**
   * What was found of each service; a service that isn't in the answer could not be asked for. May lag a moment behind the
   * latest writes. Rejects with the adapter's own error when the store can't be reached.
   */
  read(services: readonly string[], waits: Waits): Promise<ReadonlyMap<string, Found>>;
}

/** Takes what the watch says of each service, as a metric. */
export interface OverdueMetric {
  tell(service: string, overdue: boolean): void;
  /** Everything told so far leaves the process now. */
  flush(): void;
}
