/**
 * The run scope: keeps one run apart from every other, so that an error which it throws where nothing can catch it (in
 * a timer, in a listener, in a promise that nothing waits for) is known as its own, during the run and after its end.
 */

/** A run inside its scope. */
export interface ScopedRun {
  readonly service: string;
  /** The run's number. */
  readonly fence: number;
  /** The due time it is for, in epoch milliseconds; absent when run by hand. */
  readonly scheduledFor?: number;
  /** Called with an error that the run threw where nothing could catch it, also after its end; not with a rejection. */
  readonly onUncaught: (error: unknown) => void;
}

/** Does the run's work inside its scope and returns the work's result. */
export type RunScope = <Result>(run: ScopedRun, work: () => Promise<Result>) => Promise<Result>;
