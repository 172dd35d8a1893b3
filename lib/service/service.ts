/** The types of a service: as its author writes it, as the engine has it, and the context of its workload. */
import type { Policy, PolicyOptions, Schedule } from '../rules/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { Classify } from './classify.ts';
import type { Log } from './log.ts';

/** The context of one run, as its workload gets it. */
export interface RunContext<Prepared = unknown> {
  readonly service: string;
  /** Aborted when the run's time is up or the process stops. Hand it to whatever waits: `fetch(url, { signal })`. */
  readonly signal: AbortSignal;
  /** When `signal` fires, in epoch milliseconds. */
  readonly deadline: number;
  /** The due time of the run, in epoch milliseconds; absent when run by hand, or in a loop that has no grid. */
  readonly scheduledFor?: number;
  /** The run's number, rising by one with each: a fencing token for what the workload writes elsewhere. */
  readonly fence: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The service's log; its lines carry the run's number as `fence`. */
  readonly log: Log;
  /** The service's cursor as the last committed run left it. */
  readonly cursor?: string;
  /**
   * Moves the cursor. It is written with the run's outcome, whatever that is, and lost if the process dies before;
   * after the run's end it doesn't move.
   * @throws RangeError above 256 bytes of UTF-8, TypeError if it is no text
   */
  readonly saveCursor: (cursor: string) => void;
  /** The value that `prepare` returned. */
  readonly prepared: Prepared;
}

/** The surroundings of a process, for a service's `prepare`. */
export interface Surroundings {
  /** The process's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The options of a service. Durations are words such as `'5m'`, or milliseconds that
 * are whole seconds; the bounds are those of LIMITS. */
export interface ServiceOptions<Prepared> extends PolicyOptions {
  /**
   * Lower-case letters, digits and dashes: the name of the state, the function file and the metrics.
   * @default required
   */
  readonly name: string;
  /**
   * AWS cron expression of six fields, instead of a grid of intervals. `interval` is still needed, since backing off
   * counts in it.
   */
  readonly cron?: string;
  /** IANA time zone of `cron`. @default 'UTC' */
  readonly timezone?: string;
  /** How long one run may hold its invocation, from its start until its state is written. @default 50 s */
  readonly timeout?: Duration;
  /**
   * The part of `timeout` that is kept for writing the state after the run's signal fired: one second at least for the
   * workload to end, and one for the write. @default 5 s
   */
  readonly reserve?: Duration;
  /** The longest run: its signal fires then. @default timeout less reserve */
  readonly maxDuration?: Duration;
  /** How much longer the lease lasts than the invocation may, for clocks that disagree. @default 5 s */
  readonly leaseMargin?: Duration;
  /** The options that differ on one machine (`npm start`). */
  readonly local?: { readonly interval?: Duration };
  /**
   * Which errors are transient. @default by kind: rules R3 and R4, or for a loop service every error but
   * NotImplementedError
   */
  readonly classify?: Classify;
  /** Gets the report, line by line. @default the log, as warnings */
  readonly printer?: (line: string) => void;
  /**
   * Makes what the workload needs, once per process: clients, settings from the environment. It may take its time; an
   * error that it throws is the run's failure.
   */
  readonly prepare?: (surroundings: Surroundings) => Prepared | Promise<Prepared>;
  /** One iteration. The log and the answer show its return value. @default throws NotImplementedError */
  readonly workload?: (context: RunContext<Prepared>) => Promise<unknown>;
}

/** A defined service. Durations in milliseconds. */
export interface Service {
  readonly name: string;
  /** The options it was defined with. */
  readonly written: ServiceOptions<unknown>;
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly timeout: number;
  readonly reserve: number;
  readonly maxDuration: number;
  readonly leaseMargin: number;
  /** The interval on one machine. */
  readonly localInterval: number;
  readonly classify: Classify;
  readonly printer?: (line: string) => void;
  readonly prepare: (surroundings: Surroundings) => unknown;
  readonly workload: (context: RunContext) => Promise<unknown>;
}
