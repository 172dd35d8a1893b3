/**
 * The enclosure: a run is told apart from every other, so that what it throws where nothing can catch it (in a timer, in a listener,
 * in a promise that nobody waits for) is known for its own, then and after its end.
 */

/** A run about to be enclosed. */
export interface ScopedRun {
  readonly service: string;
  /** The run's number. */
  readonly fence: number;
  /** The due time it is for, in epoch milliseconds; absent when run by hand. */
  readonly scheduledFor?: number;
  /** Called with what the run threw where nothing could catch it, also after its end. A rejected promise is not thrown. */
  readonly onUncaught: (error: unknown) => void;
}

/** Does the run's work inside its enclosure, and gives what the work gives. */
export type RunScope = <Result>(run: ScopedRun, work: () => Promise<Result>) => Promise<Result>;
