/** A service: a named policy and a workload. */
import {
  fillPolicy,
  InvalidOptionsError,
  type Policy,
  type PolicyOptions,
  policyFaults,
  type Schedule,
} from '../rules/index.ts';
import { showValue } from '../text/index.ts';
import { type Clock, type Duration, parseDuration, type Random } from '../time/index.ts';
import { type Classify, classifierOf } from './classify.ts';
import { NotImplementedError } from './errors.ts';
import type { Log } from './log.ts';
import { DEFAULT_LEASE_MARGIN, DEFAULT_RESERVE, DEFAULT_TIMEOUT } from './time-budget.ts';
import { serviceFaults } from './validate-service.ts';

/** What a workload is given. */
export interface RunContext<Prepared = unknown> {
  readonly service: string;
  /** Aborted when the run's time is up or the process stops. Hand it to whatever waits: `fetch(url, { signal })`. */
  readonly signal: AbortSignal;
  /** When `signal` fires, in epoch milliseconds. */
  readonly deadline: number;
  /** The due time this run is for, in epoch milliseconds; absent when run by hand, or in a loop that has no grid. */
  readonly scheduledFor?: number;
  /** The run's number, rising by one with each: a fencing token for what the workload writes elsewhere. */
  readonly fence: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The service's log; its lines carry the run's number as `fence`. */
  readonly log: Log;
  /** The service's own bookmark as the last committed run left it. */
  readonly cursor?: string;
  /**
   * Moves the bookmark; it is written with the run's outcome, whatever that is, and lost if the process dies before. After the run's
   * end it is moved no more.
   * @throws RangeError above 256 bytes of UTF-8, TypeError if it is no text
   */
  readonly saveCursor: (cursor: string) => void;
  /** What `prepare` made. */
  readonly prepared: Prepared;
}

/** What a service's `prepare` may look at, once per process. */
export interface Surroundings {
  /** The process's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What is written to define a service. Durations are milliseconds or words such as `'5m'`. */
export interface ServiceOptions<Prepared> extends PolicyOptions {
  /** Lower-case letters, digits and dashes, at most 64: the name of the state, the function file and the metrics. */
  readonly name: string;
  /** AWS cron expression of six fields, instead of a grid of intervals; `interval` is still needed, as what backing off counts in. */
  readonly cron?: string;
  /** IANA time zone of `cron`. @default 'UTC' */
  readonly timezone?: string;
  /** How long one run may hold its invocation, from start to written state. @default '50s' */
  readonly timeout?: Duration;
  /** The part of `timeout` kept back for writing the state after the run's signal fired: 2 s at least, one for the run to settle and one for the write. @default '5s' */
  readonly reserve?: Duration;
  /** The longest run: its signal fires then. @default timeout less reserve */
  readonly maxDuration?: Duration;
  /** How much longer than its invocation may last the lease does, for clocks that disagree. @default '5s' */
  readonly leaseMargin?: Duration;
  /** What is different on one machine (`npm start`). */
  readonly local?: { readonly interval?: Duration };
  /** Which errors are transient. @default by kind: rules R3 and R4, or everything but NotImplementedError for a loop service */
  readonly classify?: Classify;
  /** Where the report goes, line by line. @default the log, as warnings */
  readonly printer?: (line: string) => void;
  /** Makes what the workload needs, once per process: clients, settings from the environment. It may take its time; what it throws is the run's failure. */
  readonly prepare?: (surroundings: Surroundings) => Prepared | Promise<Prepared>;
  /** One iteration. What it returns is told in the log and the answer. @default throws NotImplementedError */
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

/**
 * Defines a service.
 * @throws InvalidOptionsError naming every option at fault, what was expected and what came
 */
export function defineService<Prepared = undefined>(options: ServiceOptions<Prepared>): Service {
  const service = fill(options as ServiceOptions<unknown>);
  const faults = [
    ...policyFaults(options),
    ...serviceFaults(service),
    ...localFaults(options as ServiceOptions<unknown>),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(options.name)}`, faults);
  return Object.freeze(service);
}

/**
 * The service defined once more with another interval, as the process that runs it is told to: defaults that rest on the
 * interval follow it.
 * @throws InvalidOptionsError if the interval can't be used
 */
export function withInterval(service: Service, interval: Duration): Service {
  return defineService({ ...service.written, interval });
}

function fill(options: ServiceOptions<unknown>): Service {
  const policy = fillPolicy(options);
  const timeout = milliseconds(options.timeout, DEFAULT_TIMEOUT);
  const reserve = milliseconds(options.reserve, DEFAULT_RESERVE);
  return {
    name: options.name,
    written: options,
    policy: Object.freeze(policy),
    schedule: {
      interval: policy.interval,
      ...(options.cron === undefined ? {} : { cron: options.cron, timezone: options.timezone ?? 'UTC' }),
    },
    timeout,
    reserve,
    maxDuration: milliseconds(options.maxDuration, timeout - reserve),
    leaseMargin: milliseconds(options.leaseMargin, DEFAULT_LEASE_MARGIN),
    localInterval: milliseconds(options.local?.interval, policy.interval),
    classify: options.classify ?? classifierOf(policy.kind),
    ...(options.printer === undefined ? {} : { printer: options.printer }),
    prepare: options.prepare ?? (() => undefined),
    workload: options.workload ?? notImplemented(options.name),
  };
}

function milliseconds(written: Duration | undefined, standard: number): number {
  return written === undefined ? standard : (parseDuration(written) ?? Number.NaN);
}

function notImplemented(name: string): () => Promise<never> {
  return () => Promise.reject(new NotImplementedError(`${name}: the service has no workload; define one`));
}

/** On one machine the service is defined once more, with its interval there. */
function localFaults(options: ServiceOptions<unknown>): string[] {
  const interval = options.local?.interval;
  if (interval === undefined) return [];
  const { local: _local, ...there } = { ...options, interval };
  return [...policyFaults(there), ...serviceFaults(fill(there))].map((fault) => `local.${fault}`);
}
