/**
 * How often a service is due in a month of 730 hours, how many invocations that takes, and how long an invocation waits
 * for its last tick.
 */
import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../../lib/rules/index.ts';
import { DAY, MINUTE, SECOND } from '../../lib/time/index.ts';

/** The length of a month in AWS's prices, in hours: a twelfth of a year. */
export const MONTH_HOURS = 730;
const MONTH = MONTH_HOURS * 60 * MINUTE;

/** The instant from which ticks are counted (2026-01-01T00:00:00Z), so that the same catalog always costs the same. */
const START = 1_767_225_600_000;
const YEAR = 365 * DAY;
const WEEK = 7 * DAY;
/**
 * The largest number of ticks that is counted over a year. If a cron expression has more, its ticks are counted over
 * one week instead, which has at most 10,080 of them (one each minute).
 */
const MOST_A_YEAR = 2_000;

/** The ticks and invocations of a schedule in a month. */
export interface TickPace {
  readonly ticks: number;
  /** The number of invocations. One invocation owns every tick of its minute. */
  readonly firings: number;
  /** The seconds from the due time of a firing to the due time of its last tick; 0 if a firing owns one tick. */
  readonly spanSeconds: number;
}

/**
 * Returns the ticks and invocations of a schedule in a month. To count the ticks of a cron expression is slow, so
 * callers keep the result.
 */
export function paceOf(schedule: Schedule): TickPace {
  const ticks = ticksAMonth(schedule);
  if (!hasSlots(schedule)) return { ticks, firings: ticks, spanSeconds: 0 };
  // The slots that a firing owns are in the minute that follows the firing's own minute.
  const spanSeconds = (MINUTE + FIRING_PERIOD - schedule.interval) / SECOND;
  return { ticks, firings: MONTH / FIRING_PERIOD, spanSeconds };
}

/**
 * Returns the number of ticks in a month. For a cron expression they are counted over a year, or over a week if it is
 * due more than 2,000 times a year.
 */
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
