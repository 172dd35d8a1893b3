/** The options of a harness and of its methods, and the checks of their values. */
import { InvalidOptionsError, optionFault } from '../rules/index.ts';
import {
  isService,
  readIntervalVariable,
  refuseOptions,
  type Secrets,
  type Service,
  type Shape,
  type Surroundings,
  shapeFaults,
  withInterval,
} from '../service/index.ts';
import { didYouMean, showValue, withoutUndefined } from '../text/index.ts';
import { type Duration, LAST_INSTANT, parseDuration, parseInstant, SECOND } from '../time/index.ts';

/** An instant as a test writes it: ISO 8601 with a zone, epoch milliseconds, or a `Date`. */
export type TestInstant = string | number | Date;

/** The options of a harness. */
export interface HarnessOptions<Prepared = unknown> {
  /** The environment variables that `prepare` gets. The harness never reads those of the process. @default none */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * The values of the service's secrets, by name. They reach `prepare` and the workload as on Lambda, and are masked as
   * there. A run without one of them fails.
   * @default none
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * Makes what the workload gets as `prepared`, such as clients in memory in place of real ones.
   * @default the function `prepare` of the service
   */
  readonly prepare?: (surroundings: Surroundings) => Prepared | Promise<Prepared>;
  /** The whole number from which all randomness follows (jitter, identifiers). @default 1 */
  readonly seed?: number;
  /** The instant at which the virtual clock starts. @default '2026-01-01T00:00:00Z' */
  readonly now?: TestInstant;
  /**
   * How long one run may take in real time. A run that takes longer is timed out, and the call that waits for it
   * rejects.
   * @default 10 s
   */
  readonly realLimit?: Duration;
}

/** The options of a run by hand in a harness. */
export interface HarnessRunOptions<Given = unknown> {
  /** The input of the run, before the service's schema has checked it. @default none */
  readonly input?: Given;
  /** Whether the run ignores a pause and a halt too, and not only a backoff. @default false */
  readonly force?: boolean;
}

/** The options of a pause in a harness. */
export interface HarnessPauseOptions {
  /** @default 'paused by a test' */
  readonly reason?: string;
  /** @default 'test' */
  readonly by?: string;
  /** When the pause ends by itself, an instant after the present one. @default it lasts until the service is resumed */
  readonly until?: TestInstant;
}

/** The arguments of `harness` with every default filled in; times in milliseconds. */
export interface HarnessSettings {
  /** The service as its runs see it: with the `prepare` and the interval that replace its own. */
  readonly service: Service;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly seed: number;
  readonly startsAt: number;
  readonly realLimit: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  ...{ env: 'object', secrets: 'object', prepare: 'function', seed: 'any', now: 'any', realLimit: 'any' },
};
const FIRST_INSTANT = '2026-01-01T00:00:00Z';
const REAL_LIMIT = 10 * SECOND;
/** A timer of Node can't wait longer, and no test wants to. */
const LONGEST_REAL_LIMIT = 3_600 * SECOND;

/**
 * Checks the arguments of `harness` and fills in the defaults.
 * @throws InvalidOptionsError which names every faulty argument, with the expected and the given value
 */
export function readSettings(service: unknown, options: HarnessOptions): HarnessSettings {
  if (!isService(service)) {
    throw invalid(optionFault(false, 'service', 'a service that defineService has made', showValue(service)));
  }
  const misshapen = shapeFaults(options, SHAPES);
  if (misshapen.length > 0) throw invalid(misshapen);
  const {
    env = {},
    secrets = {},
    prepare = service.prepare,
    seed = 1,
    now = FIRST_INSTANT,
    realLimit = REAL_LIMIT,
  } = options;
  const startsAt = instantOf(now);
  const limit = parseDuration(realLimit);
  const faults = [
    ...textFaults('env', env),
    ...secretFaults(service, secrets),
    ...optionFault(Number.isSafeInteger(seed) && seed >= 0, 'seed', 'a whole number, 0 or more', showValue(seed)),
    ...optionFault(startsAt !== undefined, 'now', INSTANT, showValue(now)),
    ...optionFault(
      isWithin(limit, LONGEST_REAL_LIMIT),
      'realLimit',
      'a duration above 0 and up to 1 h',
      showValue(realLimit),
    ),
  ];
  if (faults.length > 0 || startsAt === undefined || limit === undefined) throw invalid(faults);
  const timed = withIntervalOf(service, env);
  return {
    service: { ...timed, prepare },
    variables: env,
    secrets: withoutUndefined(secrets),
    seed,
    startsAt,
    realLimit: limit,
  };
}

/** The service with the interval that the environment sets, as the Lambda handler reads it. */
function withIntervalOf(service: Service, variables: HarnessSettings['variables']): Service {
  const { interval, faults } = readIntervalVariable(variables);
  if (faults.length > 0) throw new InvalidOptionsError('environment', faults);
  return interval === undefined ? service : withInterval(service, interval);
}

/** Checks the options of a run by hand, and fills in the default. */
export function readRunOnce<Given>(options: HarnessRunOptions<Given>): {
  readonly force: boolean;
  readonly input: Given | undefined;
} {
  refuseOptions('runOnce', options, { input: 'any', force: 'flag' });
  const { input, force = false } = options;
  return { force, input };
}

/** Checks the options of a pause that begins at `now`, and makes the pause. */
export function readPause(options: HarnessPauseOptions, now: number) {
  refuseOptions('pause', options, { reason: 'text', by: 'text', until: 'any' });
  const { reason = 'paused by a test', by = 'test', until } = options;
  const end = until === undefined ? undefined : instantOf(until);
  const isLater = until === undefined || (end !== undefined && end > now);
  const faults = optionFault(isLater, 'until', `${INSTANT}, later than now`, showValue(until));
  if (faults.length > 0) throw new InvalidOptionsError('pause', faults);
  return { at: now, reason, by, ...(end === undefined ? {} : { until: end }) };
}

/** Reads how far `advance` moves the time, in milliseconds. */
export function readAdvance(duration: unknown): number {
  const ms = parseDuration(duration);
  if (ms === undefined || ms < 0) {
    const got = showValue(duration);
    throw new InvalidOptionsError(
      'advance',
      optionFault(false, 'duration', "a duration of 0 or more, such as '5m'", got),
    );
  }
  return ms;
}

/**
 * Reads how many runs throw `error`.
 * @throws InvalidOptionsError if there is no error, which is probably a mistake of the test
 */
export function readFail(error: unknown, options: { readonly times?: number }): number {
  const faults = optionFault(error !== undefined, 'error', 'the error that the runs throw', 'undefined');
  if (faults.length > 0) throw new InvalidOptionsError('fail', faults);
  return readTimes('fail', options);
}

/** Reads how many runs a plan is for. */
export function readTimes(subject: string, options: { readonly times?: number }): number {
  refuseOptions(subject, options, { times: 'any' });
  const { times = 1 } = options;
  const isCount = times === Number.POSITIVE_INFINITY || (Number.isSafeInteger(times) && times >= 1);
  const faults = optionFault(isCount, 'times', 'a whole number of 1 or more, or Infinity', showValue(times));
  if (faults.length > 0) throw new InvalidOptionsError(subject, faults);
  return times;
}

const INSTANT = 'ISO 8601 with a zone, epoch milliseconds or a Date';

function instantOf(moment: unknown): number | undefined {
  const instant = typeof moment === 'string' ? parseInstant(moment) : Number(moment);
  const isMoment = typeof moment === 'number' || typeof moment === 'string' || isDate(moment);
  if (!isMoment || instant === undefined || !Number.isInteger(instant)) return undefined;
  return instant >= 0 && instant <= LAST_INSTANT ? instant : undefined;
}

function isDate(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function isWithin(ms: number | undefined, most: number): boolean {
  return ms !== undefined && ms > 0 && ms <= most;
}

function textFaults(option: string, values: object): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    optionFault(value === undefined || typeof value === 'string', `${option}.${name}`, 'text', showValue(value)),
  );
}

/** A secret that the service doesn't name would never reach it. */
function secretFaults(service: Service, given: object): string[] {
  const names = service.secrets.map(({ name }) => name);
  const foreign = Object.keys(given).filter((name) => !names.includes(name));
  return [
    ...textFaults('secrets', given),
    ...foreign.flatMap((name) =>
      optionFault(false, `secrets.${name}`, 'a secret that the service names', `another${didYouMean(name, names)}`),
    ),
  ];
}

function invalid(faults: readonly string[]): InvalidOptionsError {
  return new InvalidOptionsError('harness', faults);
}
