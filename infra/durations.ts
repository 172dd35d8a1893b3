/** Converts and checks the durations and log retentions that users give to constructs. Pure. */
import type { Duration as CdkDuration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { InvalidOptionsError, optionFault } from '../lib/rules/index.ts';
import { type Service, withInterval } from '../lib/service/index.ts';
import { readProperty, showValue } from '../lib/text/index.ts';
import { DAY, type Duration, inSeconds } from '../lib/time/index.ts';

/** A duration as a construct accepts it: Tickover's own, such as '5m', or CDK's `Duration`. */
export type GivenDuration = Duration | CdkDuration;

/** How long CloudWatch keeps a log: one of CDK's `RetentionDays`, or a CDK `Duration` of as many days. */
export type GivenRetention = RetentionDays | CdkDuration;

/**
 * Whether the value has the methods of CDK's `Duration`. Its class is not checked, since an app may have two copies of
 * aws-cdk-lib.
 */
export function isCdkDuration(value: unknown): value is CdkDuration {
  return ['isUnresolved', 'toMilliseconds'].every((method) => typeof readProperty(value, method) === 'function');
}

/**
 * Returns a CDK duration as text in whole milliseconds, such as '300000ms'. Any other value, and a CDK duration whose
 * length only the deploy knows (an unresolved token), is returned unchanged.
 */
export function ourDuration<Value>(given: Value | CdkDuration): Value | Duration {
  if (!isCdkDuration(given) || given.isUnresolved()) return given as Value;
  // A number without a unit could be misread as seconds.
  return `${wholeMilliseconds(given)}ms`;
}

/**
 * Returns the service with `interval` in place of its own interval; unchanged if `interval` is undefined. Callers first
 * check `interval` with {@link durationFaults}.
 */
export function configured(service: Service, interval: GivenDuration | undefined): Service {
  const ours = ourDuration(interval);
  return ours === undefined ? service : withInterval(service, ours);
}

/**
 * Returns one fault message if `given` is a CDK duration whose length only the deploy knows (an unresolved token); else
 * an empty list. `option` is the name that the message shows.
 */
export function durationFaults(option: string, given: unknown): string[] {
  const isKnown = !isCdkDuration(given) || !given.isUnresolved();
  return optionFault(isKnown, option, 'a duration that synth knows', showDuration(given));
}

/** Returns the value as text for a message. A CDK duration is shown in seconds. */
export function showDuration(given: unknown): string {
  if (!isCdkDuration(given)) return showValue(given);
  return given.isUnresolved() ? 'an unresolved token' : `${inSeconds(wholeMilliseconds(given))} s`;
}

function retentionOf(given: unknown): RetentionDays | undefined {
  const isDuration = isCdkDuration(given);
  if (isDuration && given.isUnresolved()) return undefined;
  const days = isDuration ? wholeMilliseconds(given) / DAY : given;
  // `RetentionDays.INFINITE` is 9999 and means for ever. A duration of 9999 days doesn't mean for ever, so it is
  // refused.
  const isForEver = isDuration && days === RetentionDays.INFINITE;
  return typeof days === 'number' && days in RetentionDays && !isForEver ? days : undefined;
}

/**
 * Returns one fault message if CloudWatch Logs doesn't offer the retention; an empty list if it does, or if `given` is
 * undefined.
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
