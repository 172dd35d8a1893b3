/**
 * How long a service must send no metric before it counts as silent. Pure.
 *
 * Before CloudWatch fills in missing samples, it looks further back than the windows of the alarm: one sample back
 * there keeps the alarm quiet. So every window must be empty (N of N), and silence is noticed some windows late at
 * most, never early; windows are short, so that some of them are minutes. From an hour on, the windows together come
 * near the longest time that CloudWatch evaluates; there the watchdog notices silence. So it does where daylight saving
 * makes a cron quiet for an hour.
 */
import { flexibleWindow } from '../../lib/rules/index.ts';
import type { Service } from '../../lib/service/index.ts';
import { SCHEDULER_PRECISION } from '../../lib/service/index.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/time/index.ts';
import { longestQuiet } from '../longest-gap.ts';

/** The windows that must all be empty. */
export interface Silence {
  /** The length of a window in seconds. */
  readonly period: number;
  /** How many windows there are. */
  readonly periods: number;
}

const FEWEST_INTERVALS = 3;
/**
 * The longest window in seconds. It is short, so that the windows to which CloudWatch looks back further are minutes.
 */
const LONGEST_PERIOD = 300;

/** The duration in seconds, rounded up to whole minutes, the finest period of metrics. */
export function minutePeriod(milliseconds: number): number {
  return (Math.ceil(milliseconds / MINUTE) * MINUTE) / SECOND;
}

/**
 * How long a service must be without metrics to count as silent; `undefined` if only the watchdog notices silence,
 * because ticks are an hour or more apart.
 */
export function silenceOf({ schedule, policy }: Service): Silence | undefined {
  const spacing = longestQuiet(schedule);
  if (spacing >= HOUR) return undefined;
  const period = Math.min(minutePeriod(spacing), LONGEST_PERIOD);
  // One tick may be lost, or its run may take all its time, and each may be as late as its window and Scheduler allow:
  // that is no silence yet.
  const jitter = flexibleWindow(schedule, policy.jitterRange);
  const quiet = 2 * Math.max(spacing, MINUTE) + jitter + SCHEDULER_PRECISION;
  const least = FEWEST_INTERVALS * Math.max(spacing, MINUTE);
  return { period, periods: Math.ceil(Math.max(quiet, least) / (period * SECOND)) };
}
