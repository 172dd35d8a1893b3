/**
 * The longest time between two ticks of a service. The retries of its firings, the windows of its alarms and the check
 * of the watchdog's schedule depend on it. Pure.
 */
import { nextDue, type Schedule, splitCron } from '../lib/rules/index.ts';
import { DAY, HOUR, zoneOffset } from '../lib/time/index.ts';

/**
 * Returns the longest time between one due time and the next, in milliseconds. For a cron expression that leaves out
 * days, months or years it returns `Infinity`.
 */
export function longestGap(schedule: Schedule): number {
  if (schedule.cron === undefined) return schedule.interval;
  const [, hours, ...days] = splitCron(schedule.cron);
  if (days.some((field) => field !== '*' && field !== '?')) return Number.POSITIVE_INFINITY;
  return longestWithin(schedule, 2 * (hours === '*' ? HOUR : DAY));
}

/**
 * Returns the longest time without a tick, in milliseconds. With a cron expression this can be longer than the longest
 * gap: when the clock of the time zone is set back, the times that it shows again are not due again.
 */
export function longestQuiet(schedule: Schedule): number {
  const { cron, timezone = 'UTC' } = schedule;
  return longestGap(schedule) + (cron === undefined ? 0 : longestSetback(timezone));
}

/**
 * The start of the two years in which changes between summer and winter time are looked for, in epoch milliseconds:
 * 2026-01-01T00:00:00Z.
 */
const YEARS_BEGIN = 1_767_225_600_000;
const DAYS_OF_TWO_YEARS = 731;

function longestSetback(timezone: string): number {
  const offsets = Array.from({ length: DAYS_OF_TWO_YEARS }, (_, day) => zoneOffset(timezone, YEARS_BEGIN + day * DAY));
  return Math.max(...offsets.map((offset, day) => (offsets[day - 1] ?? offset) - offset));
}

/**
 * Returns the longest gap, in milliseconds, between two due times within `span` milliseconds from 1970 on. The hours
 * and the minutes of a cron expression repeat each day, and its minutes alone each hour. So a span of two days, or of
 * two hours, contains every gap.
 */
function longestWithin(schedule: Schedule, span: number): number {
  let longest = 0;
  for (let due = nextDue(schedule, 0) ?? Number.POSITIVE_INFINITY; due < span; ) {
    const next = nextDue(schedule, due) ?? Number.POSITIVE_INFINITY;
    longest = Math.max(longest, next - due);
    due = next;
  }
  return longest === 0 ? Number.POSITIVE_INFINITY : longest;
}
