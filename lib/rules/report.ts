/** The report: the lines about failures and recoveries of a service, in the wording of upstream (Prefect). */
import type { ErrorSummary } from '../text/index.ts';
import { inSeconds } from '../time/index.ts';
import type { Policy } from './policy.ts';

export const RESET_LINE = 'Resetting backoff due to successful run.';
/**
 * The cause of a halt after too many trips (rule R5 of docs/design.md). After such a halt, `runLoop` ends with an error
 * that names this cause.
 */
export const THRESHOLD_CAUSE = 'Service exceeded error threshold.';

/**
 * The lines of the report about a trip (rule R5 of docs/design.md): the last runs have all failed. Of each class of
 * errors the lines contain the newest error. The newest class comes first.
 */
export function tripLines(policy: Policy, failures: readonly ErrorSummary[]): string[] {
  return [
    `Failed the last ${policy.consecutive} attempts. Please check your environment and configuration.`,
    'Examples of recent errors:',
    ...newestOfEachClass(failures).map((failure) => failure.text),
  ];
}

/**
 * The line of the report which says that the service now backs off (rule R6 of docs/design.md).
 * @param stretched the stretched interval, in milliseconds, that holds after the trip
 */
export function backingOffLine(stretched: number): string {
  return `Backing off due to consecutive errors, using increased interval of ${inSeconds(stretched)}s.`;
}

/**
 * The warning about a run that took longer than its interval (rule S3 of docs/design.md). Durations are in
 * milliseconds.
 */
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
