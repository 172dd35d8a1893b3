/** The report: the lines about failures and recoveries, in upstream's words. */
import type { ErrorSummary } from '../text/index.ts';
import { inSeconds } from '../time/index.ts';
import type { Policy } from './policy.ts';

export const RESET_LINE = 'Resetting backoff due to successful run.';
/** Why a service halted on rule R5; also the message of what is thrown then. */
export const THRESHOLD_CAUSE = 'Service exceeded error threshold.';

/** Rule R5: that the whole track record is failures, and one example of each class of error, newest first. */
export function tripLines(policy: Policy, failures: readonly ErrorSummary[]): string[] {
  return [
    `Failed the last ${policy.consecutive} attempts. Please check your environment and configuration.`,
    'Examples of recent errors:',
    ...newestOfEachClass(failures).map((failure) => failure.text),
  ];
}

/** Rule R6: that the service backs off, and the interval it now uses. */
export function backingOffLine(stretched: number): string {
  return `Backing off due to consecutive errors, using increased interval of ${inSeconds(stretched)}s.`;
}

/** Rule S3: that a run took strictly longer than its interval. Durations in milliseconds. */
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
