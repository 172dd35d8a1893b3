/** A run, as a {@link RunScope} identifies it. */
export interface ScopedRun {
  readonly service: string;
  readonly fence: number;
  readonly scheduledFor?: number;
  /**
   * Called with an exception of the run that no code caught, even after the end of the run. Not called for a rejected
   * promise.
   */
  readonly onUncaught: (error: unknown) => void;
}

/**
 * Does `work` as a part of `run`, and returns its result. An error of `work` that no code catches (in a timer, in a
 * listener, in a promise that is never awaited) is attributed to `run`, even after the end of the run.
 */
export type RunScope = <Result>(run: ScopedRun, work: () => Promise<Result>) => Promise<Result>;
