/** A loop in one process: its options, its iterations, its methods. */
import type { LoopState, Outcome, Verdict } from '../rules/index.ts';
import type { Log, Surroundings } from '../service/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { SignalSource } from './signals.ts';

/**
 * From when the wait for the next start is counted. `fixed-delay`: from the end of the last iteration (upstream's
 * critical service loop). `fixed-rate`: from its start; an overdue run starts at once (upstream's loop service).
 */
export type Pace = 'fixed-delay' | 'fixed-rate';

/** Everything that a loop needs besides its service. */
export interface LoopOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** From when the waits are counted. @default 'fixed-rate' for a loop service, 'fixed-delay' for a critical one */
  readonly pace?: Pace;
  /**
   * The state with which the loop begins, as an earlier loop left it. If it is halted, the first run is a probe: a
   * failure halts the service again, a success lifts the halt. @default the state of a service that has never run
   */
  readonly state?: LoopState;
  /** The cursor with which the loop begins. @default none */
  readonly cursor?: string;
  /** How long one run may last before its signal fires and it counts as timed out. @default no limit */
  readonly maxDuration?: Duration;
  /** Whether SIGINT and SIGTERM stop the loop while it runs. @default true */
  readonly handleSignals?: boolean;
  /** The source of SIGINT and SIGTERM. @default the process */
  readonly signals?: SignalSource;
  /**
   * The argument of the service's `prepare`, which the first run calls. A later run calls it again only if it failed.
   * @default an empty environment
   */
  readonly surroundings?: Surroundings;
  /**
   * Called once per start, before the first run. Neither this function nor the two below have a time limit: the loop,
   * and a stop of it, wait for their promises. A warning names the function that goes on for an interval after the loop
   * was to end. If this one fails, no run is made, `onStop` is called, and `start` rejects
   * with the error of `onStart`.
   */
  readonly onStart?: () => void | Promise<void>;
  /**
   * Called once per start, after the last run, however the loop ended. If it fails, `start` rejects with its error; if
   * the loop had failed already, the error of `onStop` is only logged.
   */
  readonly onStop?: () => void | Promise<void>;
  /**
   * Called and awaited after each iteration, before the loop sleeps or ends: the place to store the state. An error of
   * this function is logged and has no other effect.
   */
  readonly onIteration?: (iteration: Iteration) => void | Promise<void>;
}

/** One iteration that has ended. Instants are in epoch milliseconds. */
export interface Iteration {
  readonly service: string;
  /** The number of the iteration within this start, from 1. */
  readonly count: number;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  /** The value that was thrown. */
  readonly error?: unknown;
  /** The value that the workload returned. */
  readonly result?: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  /** Whether the workload is still running although its time was up. */
  readonly abandoned: boolean;
  /** The report, as it was printed. */
  readonly report: readonly string[];
  /** The state after the iteration. It can be stored as JSON. */
  readonly state: LoopState;
  /** The cursor of the service after the iteration. */
  readonly cursor?: string;
}

/** The options of one start, which replace those of the loop. */
export interface StartOptions {
  /** Whether SIGINT and SIGTERM stop the loop during this start. @default that of the loop */
  readonly handleSignals?: boolean;
}

/** The options of a stop. */
export interface StopOptions {
  /**
   * Whether to wait until the loop has ended, at most one interval; if the loop still goes on then, a warning is
   * logged. From inside the service use `false`: otherwise the loop would wait for the run, and the run for the loop.
   * @default true
   */
  readonly block?: boolean;
}

/** A service that repeats in this process. */
export interface Loop {
  /** The name of the service. */
  readonly name: string;
  readonly running: boolean;
  /** The state after the newest iteration. */
  readonly state: LoopState;
  /** The cursor of the service after the newest iteration. */
  readonly cursor: string | undefined;
  /**
   * Runs the service `loops` times, or for ever. The first run is immediate, and there is no sleep after the last one.
   * Resolves when all runs are done or the loop was stopped. A loop that has ended can be started again, and continues
   * with its state.
   * @throws InvalidOptionsError if `loops` is no whole number of 1 or more
   * @throws LoopRunningError if the loop is running already
   * @throws ServiceHaltedError if the policy halts the service (rule R5 of docs/design.md)
   * @throws RunTimedOutError if a run outlived its `maxDuration` and ignores its signal, since two runs must not go on
   * together
   * @throws the error of the workload itself, if it is fatal (rules R4 and S2)
   */
  start(loops?: number, options?: StartOptions): Promise<void>;
  /**
   * Asks the loop to end: a run under way finishes, a sleep ends at once. Has no effect on a loop that is not running.
   */
  stop(options?: StopOptions): Promise<void>;
}

/** The error of a second start of a loop that is running. */
export class LoopRunningError extends Error {
  override readonly name = 'LoopRunningError';
  readonly code = 'loop-running';
  readonly service: string;

  constructor(service: string) {
    super(`${service}: the loop runs already; stop it before it is started again`);
    this.service = service;
  }
}
