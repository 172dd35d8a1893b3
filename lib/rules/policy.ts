import { showValue, withoutUndefined } from '../text/index.ts';
import { type Duration, parseDuration } from '../time/index.ts';
import { LIMITS, LONGEST_INTERVAL, LOOP_INTERVAL, limitFaults, RESTART_INTERVALS, RESTART_TIME } from './limits.ts';

/** The kinds of service: a `critical` one trips, backs off and halts; a `loop` one logs an error and goes on. */
export type ServiceKind = 'critical' | 'loop';

/**
 * The options of a policy. An option that also exists in Prefect has the same name there. The bounds are in `LIMITS`.
 */
export interface PolicyOptions {
  /**
   * `critical`: the service trips, backs off and halts. `loop`: the service logs an error and goes on.
   * @default 'critical'
   */
  readonly kind?: ServiceKind | undefined;
  /** The nominal time from one tick to the next. @default required; 60 s for `kind: 'loop'` */
  readonly interval?: Duration | undefined;
  /** How many recent failures the service remembers for its report. @default 10 */
  readonly memory?: number | undefined;
  /** How many failures in a row make a trip. @default 3 */
  readonly consecutive?: number | undefined;
  /** How many trips, without a success between them, halt the service. @default 1 */
  readonly backoff?: number | undefined;
  /**
   * How late a start may be at random, as a fraction of the interval; for `runLoop`, how much a wait may differ from
   * the interval. EventBridge Scheduler delays in whole minutes, and not at all if the interval is below a minute.
   * @default none
   */
  readonly jitterRange?: number | undefined;
  /** The longest time between two runs that a backoff may reach. @default 366 days */
  readonly maxInterval?: Duration | undefined;
  /**
   * Whether failures in a row make a trip at all. Without trips they neither back off nor halt the service.
   * @default true; false for `kind: 'loop'`
   */
  readonly trips?: boolean | undefined;
  /** Whether a fatal error halts the service or counts as one more failure. @default 'halt' */
  readonly onFatal?: 'halt' | 'continue' | undefined;
  /**
   * How long after a halt a probe is made. With `'never'` the service stays halted until an operator resumes it or its
   * code or options change.
   * @default the longer of 900 s and 10 intervals
   */
  readonly restartAfter?: Duration | 'never' | undefined;
}

/** A policy with every default filled in; durations in milliseconds. */
export interface Policy {
  readonly kind: ServiceKind;
  readonly interval: number;
  readonly memory: number;
  readonly consecutive: number;
  readonly backoff: number;
  readonly jitterRange?: number;
  readonly maxInterval?: number;
  readonly trips: boolean;
  readonly onFatal: 'halt' | 'continue';
  readonly restartAfter: number | 'never';
}

/** Fills in the defaults of a policy without checking the options. A duration that can't be read becomes `NaN`. */
export function fillPolicy(options: PolicyOptions): Policy {
  const { kind = LIMITS.kind.default, restartAfter } = options;
  const interval = milliseconds(options.interval ?? (kind === 'loop' ? LOOP_INTERVAL : undefined));
  return {
    kind,
    interval,
    memory: options.memory ?? LIMITS.memory.default,
    consecutive: options.consecutive ?? LIMITS.consecutive.default,
    backoff: options.backoff ?? LIMITS.backoff.default,
    ...withoutUndefined({
      jitterRange: options.jitterRange,
      maxInterval: options.maxInterval === undefined ? undefined : milliseconds(options.maxInterval),
    }),
    trips: options.trips ?? kind === 'critical',
    onFatal: options.onFatal ?? LIMITS.onFatal.default,
    restartAfter: restartAfter === 'never' ? restartAfter : restartTime(restartAfter, interval),
  };
}

function restartTime(written: Duration | undefined, interval: number): number {
  if (written !== undefined) return milliseconds(written);
  return Math.min(Math.max(RESTART_TIME, RESTART_INTERVALS * interval), LONGEST_INTERVAL);
}

function milliseconds(written: Duration | undefined): number {
  return parseDuration(written) ?? Number.NaN;
}

const POLICY_OPTIONS = [
  ...(['kind', 'interval', 'memory', 'consecutive', 'backoff'] as const),
  ...(['jitterRange', 'maxInterval', 'trips', 'onFatal', 'restartAfter'] as const),
];
/** Options that {@link policyFaults} checks only if they are given. Of every other option it checks the default too. */
const OPTIONAL = new Set<string>(['jitterRange', 'maxInterval', 'restartAfter']);

/**
 * The faults of the options of a policy, each as the text `option: expected ..., got ...`; an empty list if all are
 * valid.
 */
export function policyFaults(options: PolicyOptions): string[] {
  const policy = fillPolicy(options);
  const bounds = { 'the interval': policy.interval };
  return POLICY_OPTIONS.filter((option) => options[option] !== undefined || !OPTIONAL.has(option)).flatMap((option) =>
    limitFaults(option, policy[option], { bounds, written: options[option], got: showValue(options[option]) }),
  );
}
