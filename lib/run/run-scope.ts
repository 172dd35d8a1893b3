/**
 * The run scope: keeps the runs of a process apart. So an error that no code can catch (in a timer, in a listener, in a
 * promise that is never awaited) is attributed to the run that caused it, during that run and after its end.
 */

/** The run that a run scope encloses. */
export interface ScopedRun {
  readonly service: string;
  /** The number of the run, which is the fence of its lease. */
  readonly fence: number;
  /** The due time of the run, in epoch milliseconds; absent for a manual run. */
  readonly scheduledFor?: number;
  /**
   * Called with an exception of the run that no code could catch, even after the end of the run. Not called for a
   * rejected promise.
   */
  readonly onUncaught: (error: unknown) => void;
}

/** A function that runs `work` inside the scope of the run and returns its result. */
export type RunScope = <Result>(run: ScopedRun, work: () => Promise<Result>) => Promise<Result>;
