/** The report: the lines about failures and recoveries, in upstream's wording. */
import type { ErrorSummary } from '../text/index.ts';
import { inSeconds } from '../time/index.ts';
import type { Policy } from './policy.ts';

export const RESET_LINE = 'Resetting backoff due to successful run.';
/** The cause of a halt by rule R5 of docs/design.md, and the message of the error that is thrown then. */
export const THRESHOLD_CAUSE = 'Service exceeded error threshold.';

/**
 * The lines of a trip (rule R5): the track record has failures only, with one example of each class of error, newest
 * first.
 */
export function tripLines(policy: Policy, failures: readonly ErrorSummary[]): string[] {
  return [
    `Failed the last ${policy.consecutive} attempts. Please check your environment and configuration.`,
    'Examples of recent errors:',
    ...newestOfEachClass(failures).map((failure) => failure.text),
  ];
}

/** The line of a backoff (rule R6), with the interval that is used from now on. */
export function backingOffLine(stretched: number): string {
  return `Backing off due to consecutive errors, using increased interval of ${inSeconds(stretched)}s.`;
}

/** The warning about a run that took longer than its interval (rule S3). Durations in milliseconds. */
export function overrunLine(name: string, duration: number, interval: number): string {
  return `${name} took ${inSeconds(duration)} seconds to run, which is longer than its loop interval of ${inSeconds(interval)} seconds.`;
}

function newestOfEachClass(failures: readonly ErrorSummary[]): ErrorSummary[] {
  const newest = new Map<string, ErrorSummary>();
  for (const failure of failures.toReversed()) {
    if (!newest.has(failure.errorClass)) newest.set(failure.errorClass, failure);
  }
  return [...newest.values()];
}
