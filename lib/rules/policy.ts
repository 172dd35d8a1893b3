/** The policy of a service: how often it runs, what it tolerates, when it backs off and when it halts. */

import { showValue } from '../text/index.ts';
import { DAY, type Duration, inSeconds, MINUTE, parseDuration } from '../time/index.ts';
import { InvalidOptionsError } from './invalid-options.ts';

/** How the two kinds of service differ: a `critical` one trips, backs off and halts; a `loop` one logs an error and goes on. */
export type Kind = 'critical' | 'loop';

/** What a service's author may write. The names are upstream's where upstream has the option. */
export interface PolicyOptions {
  /** `critical` (upstream's critical service loop) or `loop` (upstream's loop service). @default 'critical' */
  readonly kind?: Kind;
  /** Nominal spacing of ticks. @default none for a critical service; 60 s for a loop service */
  readonly interval?: Duration;
  /** How many recent failures to remember, 0 to 50. @default 10 */
  readonly memory?: number;
  /** How many failures in a row are a trip, 1 to 64. @default 3 */
  readonly consecutive?: number;
  /** How many trips until the service halts, 1 or more. @default 1 */
  readonly backoff?: number;
  /** Spread of the clamped Poisson interval, above 0 and up to 1. @default no jitter */
  readonly jitterRange?: number;
  /** Longest interval that backing off may reach. @default 366 days */
  readonly maxInterval?: Duration;
  /** Whether failures trip at all (rules R5 and R6). @default true for a critical service, false for a loop service */
  readonly trips?: boolean;
  /** What a fatal error does: halt the service, or count as one more failure. @default 'halt' */
  readonly onFatal?: 'halt' | 'continue';
  /** How long a halted service waits before one probing run; `'never'` waits to be resumed. @default the longer of 15 minutes and 10 intervals */
  readonly restartAfter?: Duration | 'never';
}

/** A policy with every default filled in; durations in milliseconds. */
export interface Policy {
  readonly kind: Kind;
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

export const DEFAULT_MEMORY = 10;
export const DEFAULT_CONSECUTIVE = 3;
export const DEFAULT_BACKOFF = 1;
/** The interval of a loop service that states none (upstream's `loop_seconds`). */
export const DEFAULT_LOOP_INTERVAL = MINUTE;

/** Bounds of what can be stored: the record is kept as one character a run in the hot item. */
const MOST_CONSECUTIVE = 64;
const MOST_MEMORY = 50;
/** The longest that anything is waited for, in milliseconds. */
export const LONGEST_INTERVAL = 366 * DAY;

/** Fills in the defaults without judging them. The core runs on any result, an interval of 0 included. */
export function fillPolicy(options: PolicyOptions): Policy {
  const kind = options.kind ?? 'critical';
  const interval =
    parseDuration(options.interval ?? (kind === 'loop' ? DEFAULT_LOOP_INTERVAL : undefined)) ?? Number.NaN;
  const maxInterval =
    options.maxInterval === undefined ? undefined : (parseDuration(options.maxInterval) ?? Number.NaN);
  return {
    kind,
    interval,
    memory: options.memory ?? DEFAULT_MEMORY,
    consecutive: options.consecutive ?? DEFAULT_CONSECUTIVE,
    backoff: options.backoff ?? DEFAULT_BACKOFF,
    ...(options.jitterRange === undefined ? {} : { jitterRange: options.jitterRange }),
    ...(maxInterval === undefined ? {} : { maxInterval }),
    trips: options.trips ?? kind === 'critical',
    onFatal: options.onFatal ?? 'halt',
    restartAfter: restartAfter(options, interval),
  };
}

function restartAfter(options: PolicyOptions, interval: number): number | 'never' {
  if (options.restartAfter === 'never') return 'never';
  if (options.restartAfter !== undefined) return parseDuration(options.restartAfter) ?? Number.NaN;
  return Math.min(Math.max(15 * MINUTE, 10 * interval), LONGEST_INTERVAL);
}

/** Every fault of a policy, each as `option: expected ..., got ...`; none for a policy that may be used. */
export function policyFaults(options: PolicyOptions): string[] {
  const policy = fillPolicy(options);
  const faults: string[] = [];
  const check = (holds: boolean, option: keyof PolicyOptions, expected: string) => {
    if (!holds) faults.push(`${option}: expected ${expected}, got ${showValue(options[option])}`);
  };
  const whole = (value: number, low: number, high: number) => Number.isInteger(value) && value >= low && value <= high;
  const { interval, jitterRange, maxInterval } = policy;
  check(['critical', 'loop'].includes(policy.kind), 'kind', "'critical' or 'loop'");
  check(
    interval > 0 && interval <= LONGEST_INTERVAL,
    'interval',
    "a duration above 0 and up to 366 days, such as '5m'",
  );
  check(whole(policy.memory, 0, MOST_MEMORY), 'memory', `a whole number from 0 to ${MOST_MEMORY}`);
  check(whole(policy.consecutive, 1, MOST_CONSECUTIVE), 'consecutive', `a whole number from 1 to ${MOST_CONSECUTIVE}`);
  check(whole(policy.backoff, 1, Number.MAX_SAFE_INTEGER), 'backoff', 'a whole number of 1 or more');
  check(
    jitterRange === undefined || (jitterRange > 0 && jitterRange <= 1),
    'jitterRange',
    'a number above 0 and up to 1',
  );
  check(
    maxInterval === undefined || (maxInterval >= interval && maxInterval <= LONGEST_INTERVAL),
    'maxInterval',
    `a duration from the interval (${inSeconds(interval)} s) up to 366 days`,
  );
  check(typeof policy.trips === 'boolean', 'trips', 'true or false');
  check(['halt', 'continue'].includes(policy.onFatal), 'onFatal', "'halt' or 'continue'");
  check(
    options.restartAfter === undefined ||
      policy.restartAfter === 'never' ||
      (policy.restartAfter > 0 && policy.restartAfter <= LONGEST_INTERVAL),
    'restartAfter',
    "'never' or a duration above 0 and up to 366 days",
  );
  return faults;
}

/**
 * A policy that has been checked, frozen.
 * @throws InvalidOptionsError naming every option at fault, its range and the value that came
 */
export function definePolicy(options: PolicyOptions): Policy {
  const faults = policyFaults(options);
  if (faults.length > 0) throw new InvalidOptionsError('policy', faults);
  return Object.freeze(fillPolicy(options));
}
