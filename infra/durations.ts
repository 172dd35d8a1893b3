/**
 * Durations as users give them to constructs: Tickover's own, such as '5m', or CDK's `Duration`. CDK's are converted
 * here, since `lib` doesn't know CDK. Pure.
 */
import type { Duration as CdkDuration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { InvalidOptionsError, optionFault } from '../lib/rules/index.ts';
import { type Service, withInterval } from '../lib/service/index.ts';
import { readProperty, showValue } from '../lib/text/index.ts';
import { DAY, type Duration, inSeconds } from '../lib/time/index.ts';

/** A duration as a construct accepts it: Tickover's own, such as '5m', or CDK's `Duration`. */
export type GivenDuration = Duration | CdkDuration;

/** How long a log is kept: one of CDK's `RetentionDays`, or a CDK duration of as many days as one of them. */
export type GivenRetention = RetentionDays | CdkDuration;

/**
 * Whether the value is a CDK duration. This looks at its methods and not at its class, since an app may have two copies
 * of aws-cdk-lib.
 */
export function isCdkDuration(value: unknown): value is CdkDuration {
  return ['isUnresolved', 'toMilliseconds'].every((method) => typeof readProperty(value, method) === 'function');
}

/**
 * Returns a CDK duration as text in whole milliseconds, such as '300000ms'. Any other value is returned unchanged, and
 * so is a CDK duration that only the deploy knows (an unresolved token).
 */
export function ourDuration<Value>(given: Value | CdkDuration): Value | Duration {
  if (!isCdkDuration(given) || given.isUnresolved()) return given as Value;
  // The text has a unit, since a bare number could be meant as seconds.
  return `${wholeMilliseconds(given)}ms`;
}

/**
 * Returns the service with `interval` as its interval; unchanged if `interval` is undefined. There must be no {@link
 * durationFaults} of `interval`.
 */
export function configured(service: Service, interval: GivenDuration | undefined): Service {
  const ours = ourDuration(interval);
  return ours === undefined ? service : withInterval(service, ours);
}

/**
 * Returns a fault of the option if `given` is a CDK duration that only the deploy knows (an unresolved token); else an
 * empty list.
 */
export function durationFaults(option: string, given: unknown): string[] {
  const isKnown = !isCdkDuration(given) || !given.isUnresolved();
  return optionFault(isKnown, option, 'a duration that synth knows', showDuration(given));
}

/** Returns the value as a message shows it: a CDK duration in seconds. */
export function showDuration(given: unknown): string {
  if (!isCdkDuration(given)) return showValue(given);
  return given.isUnresolved() ? 'an unresolved token' : `${inSeconds(wholeMilliseconds(given))} s`;
}

/**
 * Returns the retention as one of `RetentionDays`; `undefined` if CloudWatch Logs doesn't offer a retention of as many
 * days.
 */
function retentionOf(given: unknown): RetentionDays | undefined {
  const isDuration = isCdkDuration(given);
  if (isDuration && given.isUnresolved()) return undefined;
  const days = isDuration ? wholeMilliseconds(given) / DAY : given;
  // `RetentionDays.INFINITE` is the number 9999 and means that the log is kept for ever. A duration of 9999 days
  // doesn't mean that, so it is refused.
  const isForEver = isDuration && days === RetentionDays.INFINITE;
  return typeof days === 'number' && days in RetentionDays && !isForEver ? days : undefined;
}

/**
 * Returns a fault of the option if CloudWatch Logs doesn't offer the retention; an empty list if it does, or if none is
 * given.
 */
export function retentionFaults(option: string, given: unknown): string[] {
  const expected = "one of CDK's RetentionDays, or a Duration of as many days";
  const isKept = given === undefined || retentionOf(given) !== undefined;
  return optionFault(isKept, option, expected, showDuration(given));
}

/**
 * Returns the retention as one of CDK's `RetentionDays`; 30 days if none is given.
 * @throws InvalidOptionsError if CloudWatch Logs doesn't offer the retention
 */
export function ourRetention(given: GivenRetention = RetentionDays.ONE_MONTH): RetentionDays {
  const found = retentionOf(given);
  if (found === undefined) throw new InvalidOptionsError('log', retentionFaults('logRetention', given));
  return found;
}

function wholeMilliseconds(duration: CdkDuration): number {
  return Math.round(duration.toMilliseconds({ integral: false }));
}
