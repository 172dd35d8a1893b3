/** The types of a service: the options that its author writes, the defined service, and the context of its workload. */
import type { Policy, PolicyOptions, Schedule } from '../rules/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { Classify } from './classify.ts';
import type { Log } from './log.ts';

/** The context of one run: the argument of the workload. */
export interface RunContext<Prepared = unknown> {
  readonly service: string;
  /**
   * A signal that is aborted when the time of the run is up or the process stops. Pass it to everything that waits:
   * `fetch(url, { signal })`.
   */
  readonly signal: AbortSignal;
  /**
   * When `signal` fires, in epoch milliseconds; `Infinity` in a loop (`runLoop`) whose LoopOptions have no
   * `maxDuration`.
   */
  readonly deadline: number;
  /**
   * The due time of the run, in epoch milliseconds. It is absent for a manual run, and in a `runLoop` that sleeps
   * between its runs instead of keeping fixed due times.
   */
  readonly scheduledFor?: number;
  /**
   * The number of the run, which rises with each run of the service. Send it along to other systems as a fencing token.
   */
  readonly fence: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The log of the service; each of its lines contains the number of the run as `fence`. */
  readonly log: Log;
  /** The service's cursor, as the last run with a written outcome left it; absent if no run has set one. */
  readonly cursor?: string;
  /**
   * Changes the cursor. The new value is written together with the outcome of the run, whatever that is. It is lost if
   * the process dies before that write. After the end of the run a call has no effect.
   * @throws RangeError if `cursor` has more than 256 bytes of UTF-8, TypeError if it is no well-formed text
   */
  readonly saveCursor: (cursor: string) => void;
  /** The value that `prepare` returned. */
  readonly prepared: Prepared;
}

/** The argument of a service's `prepare`. */
export interface Surroundings {
  /** The environment variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The options of a service. A duration is words such as `'5m'`, or milliseconds that are whole seconds. The bounds of
 * the options are in `LIMITS` of `lib/rules`.
 */
export interface ServiceOptions<Prepared> extends PolicyOptions {
  /**
   * The name of the service: lower-case letters, digits and dashes. Its state, its function file and its metrics have
   * this name too.
   * @default required
   */
  readonly name: string;
  /**
   * An AWS cron expression of six fields, which replaces the due times of `interval`. `interval` is still needed, since
   * a backoff lasts a number of intervals.
   */
  readonly cron?: string;
  /** The time zone of `cron`: a name or an alias of the IANA time zone database. @default 'UTC' */
  readonly timezone?: string;
  /** How long one run may take, from its start until its state is written. @default 50 s */
  readonly timeout?: Duration;
  /**
   * The part of `timeout` that is kept free after the run's signal: at least one second for the workload to end, and
   * one for writing the state. @default 5 s
   */
  readonly reserve?: Duration;
  /** How long after the start of a run its signal fires. @default timeout less reserve */
  readonly maxDuration?: Duration;
  /**
   * How long the lease still lasts after the latest end of the invocation, since the clocks of two machines may differ.
   * @default 5 s
   */
  readonly leaseMargin?: Duration;
  /** Options that replace those of the service on the machine of a developer (`npm start`). */
  readonly local?: { readonly interval?: Duration };
  /**
   * Decides which errors are transient.
   * @default for kind `critical`: network errors, HTTP status 500 and above, errors that AWS's clients retry, and an
   * exhausted process or disk (rules R3 and R4 of docs/design.md, section 4); for kind `loop`: every error except
   * NotImplementedError (rule S2 there)
   */
  readonly classify?: Classify;
  /** Receives the lines of each report one by one. @default the log, as warnings */
  readonly printer?: (line: string) => void;
  /**
   * Makes what the workload needs once per process, such as clients, and settings from the environment. It may be
   * asynchronous. If it throws, the run fails with that error.
   */
  readonly prepare?: (surroundings: Surroundings) => Prepared | Promise<Prepared>;
  /**
   * Does one iteration of the duty. The log and the answer of the function show its return value. @default throws
   * NotImplementedError
   */
  readonly workload?: (context: RunContext<Prepared>) => Promise<unknown>;
}

/** A service as `defineService` makes it, with all defaults filled in. Durations are in milliseconds. */
export interface Service {
  readonly name: string;
  /** The options from which the service was made, unchanged. */
  readonly written: ServiceOptions<unknown>;
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly timeout: number;
  readonly reserve: number;
  readonly maxDuration: number;
  readonly leaseMargin: number;
  /** The interval under `npm start`, in milliseconds. */
  readonly localInterval: number;
  readonly classify: Classify;
  readonly printer?: (line: string) => void;
  readonly prepare: (surroundings: Surroundings) => unknown;
  readonly workload: (context: RunContext) => Promise<unknown>;
}
