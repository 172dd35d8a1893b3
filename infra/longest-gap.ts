/** How far apart a service's ticks may be: its delivery, its alarms and its silence are judged by that. Pure. */
import { nextDue, type Schedule, splitCron } from '../lib/rules/index.ts';
import { DAY, HOUR, zoneOffset } from '../lib/time/index.ts';

/**
 * The longest time between two due times, in milliseconds. For a cron expression that leaves out days, months or years
 * it is `Infinity`.
 */
export function longestGap(schedule: Schedule): number {
  if (schedule.cron === undefined) return schedule.interval;
  const [, hours, ...days] = splitCron(schedule.cron);
  if (days.some((field) => field !== '*' && field !== '?')) return Number.POSITIVE_INFINITY;
  return longestWithin(schedule, 2 * (hours === '*' ? HOUR : DAY));
}

/**
 * The longest time without a tick. A clock that is set back makes it longer for a cron: the times that the clock shows
 * again are not due again.
 */
export function longestQuiet(schedule: Schedule): number {
  const { cron, timezone = 'UTC' } = schedule;
  return longestGap(schedule) + (cron === undefined ? 0 : longestSetback(timezone));
}

/** From 2026-01-01T00:00:00Z on. */
const YEARS_BEGIN = 1_767_225_600_000;
const DAYS_OF_TWO_YEARS = 731;

function longestSetback(timezone: string): number {
  const offsets = Array.from({ length: DAYS_OF_TWO_YEARS }, (_, day) => zoneOffset(timezone, YEARS_BEGIN + day * DAY));
  return Math.max(...offsets.map((offset, day) => (offsets[day - 1] ?? offset) - offset));
}

/**
 * A cron of minutes and hours alone repeats from day to day, one of minutes from hour to hour: twice of that has every
 * gap.
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
