/** A loop in one process: its options, its iterations, its methods. */
import type { LoopState, Outcome, Verdict } from '../rules/index.ts';
import type { Log, Surroundings } from '../service/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { SignalSource } from './signals.ts';

/**
 * What the next start counts from. `fixed-delay`: the end of the iteration before (upstream's critical service loop).
 * `fixed-rate`: its start, or now if that is later (upstream's loop service).
 */
export type Pace = 'fixed-delay' | 'fixed-rate';

/** Everything that a loop needs besides its service. */
export interface LoopOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** @default 'fixed-rate' for a loop service, 'fixed-delay' for a critical one */
  readonly pace?: Pace;
  /**
   * The state to go on from, as an earlier loop left it. A halted one is probed: its first failure halts it again, its
   * first success lifts the halt. @default the state of a service that has never run
   */
  readonly state?: LoopState;
  /** The service's cursor to go on from. @default none */
  readonly cursor?: string;
  /** How long one run may last before its signal fires and it counts as timed out. @default no limit */
  readonly maxDuration?: Duration;
  /** Whether SIGINT and SIGTERM stop the loop while it runs. @default true */
  readonly handleSignals?: boolean;
  /** @default the process */
  readonly signals?: SignalSource;
  /**
   * Handed to the service's `prepare`, which the first run calls, and later ones only if it failed.
   * @default an empty environment
   */
  readonly surroundings?: Surroundings;
  /**
   * Called once per start before the first run. If it fails nothing is run, `onStop` is called and `start` rejects with
   * its error.
   */
  readonly onStart?: () => void | Promise<void>;
  /**
   * Called once per start after the last run, however the loop ended. `start` rejects with its error; if the loop had
   * failed already, the error is logged.
   */
  readonly onStop?: () => void | Promise<void>;
  /**
   * Called with each iteration, and waited for, before the loop sleeps or ends: the place to store the state. Its error
   * is logged and changes nothing.
   */
  readonly onIteration?: (iteration: Iteration) => void | Promise<void>;
}

/** One iteration that has ended. Instants in epoch milliseconds. */
export interface Iteration {
  readonly service: string;
  /** Which iteration of this start it was, from 1. */
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
  /** Whether the workload still runs although its time was up. */
  readonly abandoned: boolean;
  /** The report, as it was printed. */
  readonly report: readonly string[];
  /** The state after the iteration: a value that survives JSON. */
  readonly state: LoopState;
  /** The service's cursor after the iteration. */
  readonly cursor?: string;
}

/** How one start differs from the loop's options. */
export interface StartOptions {
  /** @default the loop's */
  readonly handleSignals?: boolean;
}

/** Options of a stop. */
export interface StopOptions {
  /**
   * Whether to wait until the loop has ended, at most one interval; a warning is logged if it goes on even then. From
   * inside the service stop with `false`: the loop would wait for the run, and the run for the loop.
   * @default true
   */
  readonly block?: boolean;
}

/** A service that repeats in this process. */
export interface Loop {
  /** The service's name. */
  readonly name: string;
  readonly running: boolean;
  /** The state after the newest iteration. */
  readonly state: LoopState;
  /** The service's cursor after the newest iteration. */
  readonly cursor: string | undefined;
  /**
   * Runs the service `loops` times, or for ever; the first run is immediate and the last one doesn't sleep. Resolves
   * when the loops are done or the loop was stopped. A loop that has ended can be started again: it goes on from its
   * state.
   * @throws InvalidOptionsError if `loops` is no whole number of 1 or more
   * @throws LoopRunningError if it runs already
   * @throws ServiceHaltedError when the policy halts the service (rule R5)
   * @throws RunTimedOutError when a run outlived its `maxDuration` and ignores its signal, since a second one must not
   * run beside it
   * @throws whatever the workload threw, as itself, when that is fatal (rules R4 and S2)
   */
  start(loops?: number, options?: StartOptions): Promise<void>;
  /** Asks the loop to end: a run under way is finished, a sleep is cut short. Forgotten if the loop doesn't run. */
  stop(options?: StopOptions): Promise<void>;
}

/** Thrown by the start of a loop that runs already. */
export class LoopRunningError extends Error {
  override readonly name = 'LoopRunningError';
  readonly code = 'loop-running';
  readonly service: string;

  constructor(service: string) {
    super(`${service}: the loop runs already; stop it before it is started again`);
    this.service = service;
  }
}
