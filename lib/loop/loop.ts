import type { LoopState, Outcome, Verdict } from '../rules/index.ts';
import type { Log, SecretsReader, Surroundings } from '../service/index.ts';
import { TickoverError } from '../text/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { SignalSource } from './signals.ts';

/**
 * From when a loop counts the interval until the next run. `fixed-delay`: from the end of the last iteration.
 * `fixed-rate`: from the start of the last run; if that run took longer than the interval, the next one starts at once.
 */
export type Pace = 'fixed-delay' | 'fixed-rate';

/** The options of `createLoop` and `runLoop`. */
export interface LoopOptions {
  /** @default the clock of the system */
  readonly clock?: Clock;
  /** @default the randomness of the system */
  readonly random?: Random;
  /** The log of the loop and of the runs, such as `console`. */
  readonly log: Log;
  /**
   * From when the loop counts the interval until the next run. @default 'fixed-rate' for a service of kind `loop`,
   * 'fixed-delay' for a `critical` one
   */
  readonly pace?: Pace;
  /**
   * The state with which the loop begins, for example the last one of an earlier loop. If the service is halted in this
   * state, a success of the first run ends the halt. @default the state of a service that has never run
   */
  readonly state?: LoopState;
  /** The text with its position that an earlier run has stored, for the first run. @default none */
  readonly cursor?: string;
  /**
   * How long one run may last. Then the `signal` of the workload is aborted, and the run fails as timed out. @default
   * no limit
   */
  readonly maxDuration?: Duration;
  /** Whether SIGINT and SIGTERM stop a running loop. @default true */
  readonly handleSignals?: boolean;
  /** The object that emits SIGINT and SIGTERM. @default the process */
  readonly signals?: SignalSource;
  /** What the option `prepare` of the service gets as its argument. @default no environment variables */
  readonly surroundings?: Pick<Surroundings, 'env'>;
  /**
   * Reads the secrets of the service, such as `awsSecrets()` in a container on AWS.
   * @default the variables in `surroundings.env`
   */
  readonly secrets?: SecretsReader;
  /**
   * Called and awaited before the first run after each start, without a time limit. If it fails, no run is made, and
   * `start` rejects with its error after `onStop`.
   */
  readonly onStart?: () => void | Promise<void>;
  /**
   * Called and awaited after the last run, however the loop ended, without a time limit. If it fails, `start` rejects
   * with its error; but if the loop itself failed, `start` rejects with the error of the loop.
   */
  readonly onStop?: () => void | Promise<void>;
  /**
   * Called and awaited after each iteration, for example to store the state. If it fails, its error is logged and the
   * loop goes on.
   */
  readonly onIteration?: (iteration: Iteration) => void | Promise<void>;
}

/** One ended iteration of a loop. Instants are in epoch milliseconds. */
export interface Iteration {
  readonly service: string;
  /** The number of the iteration, counted from 1 at each `start`. */
  readonly count: number;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  /** What the workload threw, or the error of a run that timed out; absent after a success. */
  readonly error?: unknown;
  /** What the workload returned; absent after a failure. */
  readonly result?: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  /** Whether the workload is still running after `maxDuration`, although its `signal` was aborted. */
  readonly abandoned: boolean;
  /** The lines about failures or recovery that were printed; empty if there were none. */
  readonly report: readonly string[];
  /** The state after the iteration. It can be converted to JSON and back. */
  readonly state: LoopState;
  /** The text with its position that a run has stored last, for the next run. */
  readonly cursor?: string;
}

/** The options of `start`. They replace those of `createLoop` for this start only. */
export interface StartOptions {
  /** Whether SIGINT and SIGTERM stop the loop. @default the option `handleSignals` of `createLoop` */
  readonly handleSignals?: boolean;
}

/** The options of `stop` of a loop. */
export interface StopOptions {
  /**
   * Whether `stop` waits for the end of the loop, for one interval at most. A workload that calls `stop` must pass
   * false, since the loop can't end before the workload does. @default true
   */
  readonly block?: boolean;
}

/** A service that this process runs again and again. */
export interface Loop {
  readonly name: string;
  readonly running: boolean;
  /** The state after the newest iteration; before the first iteration, the option `state`. */
  readonly state: LoopState;
  /** The text with its position that a run has stored last; before the first run, the option `cursor`. */
  readonly cursor: string | undefined;
  /**
   * Runs the service `loops` times, or until it is stopped. The first run starts at once. A loop that has ended can be
   * started again and goes on with its state.
   * @throws InvalidOptionsError if `loops` is not a whole number of 1 or more
   * @throws LoopRunningError if the loop is running already
   * @throws ServiceHaltedError when the service halts
   * @throws RunTimedOutError if the workload goes on after `maxDuration` although its `signal` was aborted
   * @throws the error of the workload if it is fatal
   */
  start(loops?: number, options?: StartOptions): Promise<void>;
  /** Asks the loop to end: a run under way finishes, a wait ends at once. Does nothing if the loop is not running. */
  stop(options?: StopOptions): Promise<void>;
}

/** Thrown by `start` if the loop is running already. */
export class LoopRunningError extends TickoverError {
  override readonly name = 'LoopRunningError';
  readonly code = 'loop-running';
  readonly service: string;

  constructor(service: string) {
    super(`${service}: the loop runs already; stop it before it is started again`);
    this.service = service;
  }
}
