/** How often a service is due in a month of 730 hours, and how often it is invoked for that. */
import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../../lib/tick/index.ts';
import { DAY, MINUTE } from '../../lib/time/index.ts';

/** AWS's month, in hours: a twelfth of a year. */
export const MONTH_HOURS = 730;
const MONTH = MONTH_HOURS * 60 * MINUTE;

/** Where counting begins, so that the same catalog always costs the same: 2026-01-01T00:00:00Z. */
const START = 1_767_225_600_000;
const YEAR = 365 * DAY;
const WEEK = 7 * DAY;
/** A cron expression that is due more often in a year is counted over a week, where even every minute is no more than 10,080. */
const MOST_A_YEAR = 2_000;

/** Ticks a month. A cron expression is counted over a year, or a week of it where it is due more than 2,000 times a year. */
export function ticksAMonth(schedule: Schedule): number {
  if (schedule.cron === undefined) return MONTH / schedule.interval;
  const inYear = countDue(schedule, YEAR, MOST_A_YEAR + 1);
  return inYear <= MOST_A_YEAR ? (inYear * MONTH) / YEAR : (countDue(schedule, WEEK, Infinity) * MONTH) / WEEK;
}

/** Invocations a month: a firing owns every tick of its minute. */
export function firingsAMonth(schedule: Schedule): number {
  return hasSlots(schedule) ? MONTH / FIRING_PERIOD : ticksAMonth(schedule);
}

function countDue(schedule: Schedule, span: number, most: number): number {
  let count = 0;
  let due = nextDue(schedule, START - 1);
  while (due !== undefined && due < START + span && count < most) {
    count += 1;
    due = nextDue(schedule, due);
  }
  return count;
}
