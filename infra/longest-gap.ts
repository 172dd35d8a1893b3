/** Computes the longest time between two ticks of a service from the schedule of the service. Pure. */
import { nextDue, type Schedule, splitCron } from '../lib/rules/index.ts';
import { DAY, HOUR, zoneOffset } from '../lib/time/index.ts';

/**
 * Returns the longest time between one due time and the next, in milliseconds. Returns `Infinity` for a cron expression
 * whose day, month or year field is not `*` or `?`.
 */
export function longestGap(schedule: Schedule): number {
  if (schedule.cron === undefined) return schedule.interval;
  const [, hours, ...days] = splitCron(schedule.cron);
  if (days.some((field) => field !== '*' && field !== '?')) return Number.POSITIVE_INFINITY;
  return longestWithin(schedule, 2 * (hours === '*' ? HOUR : DAY));
}

/**
 * Returns the longest time without a tick, in milliseconds. For a cron expression this includes the time that is
 * repeated when clocks are set back: no tick is due in the repetition.
 */
export function longestQuiet(schedule: Schedule): number {
  const { cron, timezone = 'UTC' } = schedule;
  return longestGap(schedule) + (cron === undefined ? 0 : longestSetback(timezone));
}

/**
 * 2026-01-01T00:00:00Z in epoch milliseconds: the start of the two years in which the code looks for clocks that are
 * set back.
 */
const YEARS_BEGIN = 1_767_225_600_000;
const DAYS_OF_TWO_YEARS = 731;

function longestSetback(timezone: string): number {
  const offsets = Array.from({ length: DAYS_OF_TWO_YEARS }, (_, day) => zoneOffset(timezone, YEARS_BEGIN + day * DAY));
  return Math.max(...offsets.map((offset, day) => (offsets[day - 1] ?? offset) - offset));
}

/**
 * Returns the longest gap between due times, in milliseconds, in the first `span` milliseconds after 1970-01-01. The
 * schedule must repeat within half of the span, so that the span contains every gap.
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
