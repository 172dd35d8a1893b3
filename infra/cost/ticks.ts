/** How often a service is due in a month of 730 hours, how often it is invoked for that, and how long it waits. */
import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../../lib/rules/index.ts';
import { DAY, MINUTE, SECOND } from '../../lib/time/index.ts';

/** AWS's month, in hours: a twelfth of a year. */
export const MONTH_HOURS = 730;
const MONTH = MONTH_HOURS * 60 * MINUTE;

/** Counting begins at 2026-01-01T00:00:00Z, so that the same catalog always costs the same. */
const START = 1_767_225_600_000;
const YEAR = 365 * DAY;
const WEEK = 7 * DAY;
/**
 * A cron expression that is due more often in a year is counted over a week, where even every minute is no more than
 * 10,080.
 */
const MOST_A_YEAR = 2_000;

/** The ticks and invocations of a schedule in a month. */
export interface Pace {
  readonly ticks: number;
  /** Invocations: one owns every tick of its minute. */
  readonly firings: number;
  /** Seconds from the minute that a firing is for to its last tick; 0 where it has only one. */
  readonly spanSeconds: number;
}

/** The pace of a schedule. Counting a cron expression is slow: call this once. */
export function paceOf(schedule: Schedule): Pace {
  const ticks = ticksAMonth(schedule);
  if (!hasSlots(schedule)) return { ticks, firings: ticks, spanSeconds: 0 };
  // A firing owns the minute after its own.
  const spanSeconds = (MINUTE + FIRING_PERIOD - schedule.interval) / SECOND;
  return { ticks, firings: MONTH / FIRING_PERIOD, spanSeconds };
}

/** A cron expression is counted over a year, or a week of it where it is due more than 2,000 times a year. */
function ticksAMonth(schedule: Schedule): number {
  if (schedule.cron === undefined) return MONTH / schedule.interval;
  const inYear = countDue(schedule, YEAR, MOST_A_YEAR + 1);
  return inYear <= MOST_A_YEAR ? (inYear * MONTH) / YEAR : (countDue(schedule, WEEK, Infinity) * MONTH) / WEEK;
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
