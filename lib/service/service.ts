import type { Policy, PolicyOptions, Schedule } from '../rules/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { Classify } from './classify.ts';
import type { Log } from './log.ts';

/** The argument of the workload: the context of one run. */
export interface RunContext<Prepared = unknown> {
  readonly service: string;
  /**
   * Aborted when the time of the run is up or the process stops. Pass it to everything that waits: `fetch(url, { signal
   * })`.
   */
  readonly signal: AbortSignal;
  /** When `signal` is aborted, in epoch milliseconds; `Infinity` in a `runLoop` without the option `maxDuration`. */
  readonly deadline: number;
  /**
   * The due time of the run, in epoch milliseconds. Absent for a run by hand, and in a `runLoop` that only sleeps
   * between runs.
   */
  readonly scheduledFor?: number;
  /**
   * The number of the run, which is higher in every later run of the service. A receiver can refuse writes with a lower
   * number.
   */
  readonly fence: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The log of the service. Each line contains the number of the run, `fence`. */
  readonly log: Log;
  /** The text that `saveCursor` last stored; absent if none is stored. */
  readonly cursor?: string;
  /**
   * Stores a text for the next run, together with the outcome of this run, even a failure. The text is lost if the
   * process dies before.
   * @throws RangeError if `cursor` has more than 256 bytes of UTF-8, TypeError if it is no well-formed text
   */
  readonly saveCursor: (cursor: string) => void;
  /** The value that the option `prepare` returned. */
  readonly prepared: Prepared;
}

/** The argument of the option `prepare`. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The options of a service. A duration is text such as `'5m'`, or a number of milliseconds that is whole seconds. */
export interface ServiceOptions<Prepared> extends PolicyOptions {
  /**
   * The name of the service, of its stored state, its function file and its metrics: lower-case letters, digits and
   * dashes.
   * @default required
   */
  readonly name: string;
  /**
   * An AWS cron expression of six fields, which sets the due times instead of `interval`. `interval` is still required,
   * since a backoff lasts a number of intervals.
   */
  readonly cron?: string;
  /** The time zone of `cron`: a name or an alias of the IANA time zone database. @default 'UTC' */
  readonly timezone?: string;
  /** How long a run may take, from its start until its state is written. @default 50 s */
  readonly timeout?: Duration;
  /**
   * The last part of `timeout`, kept for the workload to end after its signal and for writing the state. @default 5 s
   */
  readonly reserve?: Duration;
  /** How long after the start of a run its signal is aborted. @default timeout less reserve */
  readonly maxDuration?: Duration;
  /**
   * How much longer than its run a lease lasts, since the clocks of two machines can differ.
   * @default 5 s
   */
  readonly leaseMargin?: Duration;
  /** Options that replace the service's own under `npm start`. */
  readonly local?: { readonly interval?: Duration };
  /**
   * Decides which errors are transient.
   * @default {@link classifyCritical} for kind `critical`, {@link classifyLoop} for kind `loop`
   */
  readonly classify?: Classify;
  /** Receives the lines of the report about trips and recoveries, one by one. @default the log, as warnings */
  readonly printer?: (line: string) => void;
  /** Makes clients and settings for the workload, once per process. An error of `prepare` fails the run. */
  readonly prepare?: (surroundings: Surroundings) => Prepared | Promise<Prepared>;
  /**
   * Does one iteration of the duty. The return value appears in the log and in the answer of the function. @default
   * throws NotImplementedError
   */
  readonly workload?: (context: RunContext<Prepared>) => Promise<unknown>;
}

/** A service with all defaults filled in, as `defineService` returns it. Durations are in milliseconds. */
export interface Service {
  readonly name: string;
  /** The options as the author wrote them. */
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
