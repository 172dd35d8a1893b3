/** The types of a loop in one process: its options, its iterations, its methods. */
import type { LoopState, Outcome, Verdict } from '../rules/index.ts';
import type { Log, Surroundings } from '../service/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { SignalSource } from './signals.ts';

/**
 * The point from which a loop counts the wait for the next run. `fixed-delay`: from the end of the last iteration, as
 * upstream's critical service loop does. `fixed-rate`: from the start of the last run, as upstream's loop service does;
 * if a run took longer than the interval, the next one starts at once.
 */
export type Pace = 'fixed-delay' | 'fixed-rate';

/** The options of a loop: everything that it needs besides its service. */
export interface LoopOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /**
   * The point from which the loop counts the wait for the next run. @default 'fixed-rate' for a service of kind `loop`,
   * 'fixed-delay' for a `critical` one
   */
  readonly pace?: Pace;
  /**
   * The state with which the loop begins, for example one that an earlier loop has left. If the service is halted in
   * it, the first run is a probe: a failure halts the service again, a success lifts the halt. @default the state of a
   * service that has never run
   */
  readonly state?: LoopState;
  /** The cursor that the first run gets. @default none */
  readonly cursor?: string;
  /**
   * How long one run may last. Then the signal of the workload is aborted, and the run counts as timed out. @default no
   * limit
   */
  readonly maxDuration?: Duration;
  /** Whether SIGINT and SIGTERM stop a running loop. @default true */
  readonly handleSignals?: boolean;
  /** The object that emits SIGINT and SIGTERM. @default the process */
  readonly signals?: SignalSource;
  /**
   * The argument of the function `prepare` of the service. The first run calls `prepare`; a later run calls it again
   * only if it has failed so far. @default no environment variables
   */
  readonly surroundings?: Surroundings;
  /**
   * Called once for each start, before the first run. If it fails, no run is made, `onStop` is called, and `start`
   * rejects with the error of `onStart`. The loop waits for the promises of `onStart`, `onStop` and `onIteration`
   * without a time limit, even when it is asked to stop. If the loop still waits for one of them an interval after the
   * loop was asked to end, a warning names it.
   */
  readonly onStart?: () => void | Promise<void>;
  /**
   * Called once for each start, after the last run, in whatever way the loop ended. If `onStop` fails, `start` rejects
   * with the error of `onStop`. If the loop itself ended with an error, the error of `onStop` is only logged, and
   * `start` rejects with the error of the loop.
   */
  readonly onStop?: () => void | Promise<void>;
  /**
   * Called and awaited after each iteration, before the loop sleeps or ends: the place to store the state. If this
   * function fails, the error is logged, and the loop goes on.
   */
  readonly onIteration?: (iteration: Iteration) => void | Promise<void>;
}

/** One iteration that has ended. Instants are in epoch milliseconds. */
export interface Iteration {
  readonly service: string;
  /** The number of the iteration since `start` was called, from 1. */
  readonly count: number;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  /** The value that the workload threw, or the error of a run that timed out; absent if the run succeeded. */
  readonly error?: unknown;
  /** The value that the workload returned; absent if it returned `undefined` or the run did not succeed. */
  readonly result?: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  /** Whether the workload is still running although its time is over and it was asked to end. */
  readonly abandoned: boolean;
  /** The lines of the report that were printed; empty if there was nothing to report. */
  readonly report: readonly string[];
  /** The state after the iteration. It can be converted to JSON and back. */
  readonly state: LoopState;
  /** The cursor of the service after the iteration. */
  readonly cursor?: string;
}

/**
 * The options of one call of `start`. They replace the options of the loop with the same names, for this start only.
 */
export interface StartOptions {
  /** Whether SIGINT and SIGTERM stop the loop during this start. @default the option `handleSignals` of the loop */
  readonly handleSignals?: boolean;
}

/** The options of `stop`, which ends a loop. */
export interface StopOptions {
  /**
   * Whether `stop` waits until the loop has ended. It waits one interval at most; if the loop is still running then, a
   * warning is logged. Inside the workload use `false`: otherwise the loop would wait for the run, and the run for the
   * loop. @default true
   */
  readonly block?: boolean;
}

/** A service that this process runs repeatedly. */
export interface Loop {
  /** The name of the service. */
  readonly name: string;
  readonly running: boolean;
  /** The state after the newest iteration; before the first one, the state with which the loop begins. */
  readonly state: LoopState;
  /** The cursor after the newest iteration; before the first one, the cursor with which the loop begins. */
  readonly cursor: string | undefined;
  /**
   * Runs the service `loops` times, or without `loops` until it is stopped. The first run starts at once, and there is
   * no sleep after the last one. Resolves when all runs are done or the loop was stopped. A loop that has ended can be
   * started again, and continues with its state.
   * @throws InvalidOptionsError if `loops` is not a whole number of 1 or more
   * @throws LoopRunningError if the loop is running already
   * @throws ServiceHaltedError if the policy halts the service (rule R5 of docs/design.md, section 4)
   * @throws RunTimedOutError if a run lasts longer than `maxDuration` and ignores its signal, since two runs must not
   * go on at the same time
   * @throws the error of the workload itself, if it is fatal (rules R4 and S2 of docs/design.md, section 4)
   */
  start(loops?: number, options?: StartOptions): Promise<void>;
  /** Asks the loop to end: a run under way finishes, a sleep ends at once. Has no effect if the loop is not running. */
  stop(options?: StopOptions): Promise<void>;
}

/** The error of a call of `start` on a loop that is running already. */
export class LoopRunningError extends Error {
  override readonly name = 'LoopRunningError';
  readonly code = 'loop-running';
  readonly service: string;

  constructor(service: string) {
    super(`${service}: the loop runs already; stop it before it is started again`);
    this.service = service;
  }
}
