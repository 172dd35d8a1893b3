/**
 * Durations as users hand them to constructs: ours, or CDK's. CDK's become ours here, since the engine doesn't know
 * CDK. Pure.
 */
import type { Duration as CdkDuration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { InvalidOptionsError, optionFault } from '../lib/rules/index.ts';
import { type Service, withInterval } from '../lib/service/index.ts';
import { readProperty, showValue } from '../lib/text/index.ts';
import { DAY, type Duration, inSeconds } from '../lib/time/index.ts';

/** A duration as a construct takes it. */
export type GivenDuration = Duration | CdkDuration;

/** How long a log is kept: what CDK's log group takes, or a duration of as many days. */
export type GivenRetention = RetentionDays | CdkDuration;

/** Judged by its methods, since an app may have two copies of aws-cdk-lib. */
export function isCdkDuration(value: unknown): value is CdkDuration {
  return ['isUnresolved', 'toMilliseconds'].every((method) => typeof readProperty(value, method) === 'function');
}

/** A duration of CDK's that synth knows becomes whole milliseconds; any other value stays as it is. */
export function ourDuration<Value>(given: Value | CdkDuration): Value | Duration {
  if (!isCdkDuration(given) || given.isUnresolved()) return given as Value;
  // With its unit, since a bare number could be meant as seconds.
  return `${wholeMilliseconds(given)}ms`;
}

/** The service with the interval that a construct is given, if it is; it must have no {@link durationFaults}. */
export function configured(service: Service, interval: GivenDuration | undefined): Service {
  const ours = ourDuration(interval);
  return ours === undefined ? service : withInterval(service, ours);
}

/** A fault if only a deploy knows the duration. */
export function durationFaults(option: string, given: unknown): string[] {
  const isKnown = !isCdkDuration(given) || !given.isUnresolved();
  return optionFault(isKnown, option, 'a duration that synth knows', showDuration(given));
}

/** The value in a refusal: durations of CDK's in seconds. */
export function showDuration(given: unknown): string {
  if (!isCdkDuration(given)) return showValue(given);
  return given.isUnresolved() ? 'an unresolved token' : `${inSeconds(wholeMilliseconds(given))} s`;
}

/** The days for which CloudWatch keeps a log, or `undefined` if it keeps none as long. */
function retentionOf(given: unknown): RetentionDays | undefined {
  const isDuration = isCdkDuration(given);
  if (isDuration && given.isUnresolved()) return undefined;
  const days = isDuration ? wholeMilliseconds(given) / DAY : given;
  // CDK's sign for a log that is kept for ever is no number of days.
  const isForEver = isDuration && days === RetentionDays.INFINITE;
  return typeof days === 'number' && days in RetentionDays && !isForEver ? days : undefined;
}

/** A fault if CloudWatch keeps no log as long. */
export function retentionFaults(option: string, given: unknown): string[] {
  const expected = "one of CDK's RetentionDays, or a Duration of as many days";
  const isKept = given === undefined || retentionOf(given) !== undefined;
  return optionFault(isKept, option, expected, showDuration(given));
}

/**
 * The retention; 30 days if none is given.
 * @throws InvalidOptionsError if CloudWatch keeps no log as long
 */
export function ourRetention(given: GivenRetention = RetentionDays.ONE_MONTH): RetentionDays {
  const found = retentionOf(given);
  if (found === undefined) throw new InvalidOptionsError('log', retentionFaults('logRetention', given));
  return found;
}

function wholeMilliseconds(duration: CdkDuration): number {
  return Math.round(duration.toMilliseconds({ integral: false }));
}
