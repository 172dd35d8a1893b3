/** How far apart a service's ticks may be: its delivery, its alarms and its silence are judged by that. Pure. */
import { nextDue, type Schedule } from '../lib/rules/index.ts';
import { DAY, HOUR } from '../lib/time/index.ts';

/**
 * The longest time between two due times, in milliseconds. A cron that leaves out days, months or years is taken as an
 * endless gap.
 */
export function longestGap(schedule: Schedule): number {
  if (schedule.cron === undefined) return schedule.interval;
  const [, hours, ...days] = schedule.cron.trim().split(/\s+/);
  if (days.some((field) => field !== '*' && field !== '?')) return Number.POSITIVE_INFINITY;
  return longestWithin(schedule, 2 * (hours === '*' ? HOUR : DAY));
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
