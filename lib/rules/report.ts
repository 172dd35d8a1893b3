/** The lines of the report about failures and recoveries of a service, in Prefect's wording. */
import type { ErrorSummary } from '../text/index.ts';
import { inSeconds } from '../time/index.ts';
import type { Policy } from './policy.ts';

export const RESET_LINE = 'Resetting backoff due to successful run.';
/** The cause of a halt after too many trips (rule R5 of docs/design.md). */
export const THRESHOLD_CAUSE = 'Service exceeded error threshold.';

/** The report of a trip: two introductory lines, then the newest error of each error class, newest first. */
export function tripLines(policy: Policy, failures: readonly ErrorSummary[]): string[] {
  return [
    `Failed the last ${policy.consecutive} attempts. Please check your environment and configuration.`,
    'Examples of recent errors:',
    ...newestOfEachClass(failures).map((failure) => failure.text),
  ];
}

/**
 * The line of the report about the start of a backoff.
 * @param stretched the interval during the backoff, in milliseconds
 */
export function backingOffLine(stretched: number): string {
  return `Backing off due to consecutive errors, using increased interval of ${inSeconds(stretched)}s.`;
}

/** The warning about a run that took longer than the interval of its service. Both durations are in milliseconds. */
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
