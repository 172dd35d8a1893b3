/** Counts how often a service is due in a month of 730 hours, and how many invocations that takes. */
import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../../lib/rules/index.ts';
import { DAY, MINUTE, SECOND } from '../../lib/time/index.ts';

/** The length of a month in AWS's prices, in hours: a twelfth of a year. */
export const MONTH_HOURS = 730;
const MONTH = MONTH_HOURS * 60 * MINUTE;

/**
 * 2026-01-01T00:00:00Z in epoch milliseconds. Ticks are counted from here, so that the estimate doesn't depend on the
 * current time.
 */
const START = 1_767_225_600_000;
const YEAR = 365 * DAY;
const WEEK = 7 * DAY;
/** The most ticks of a cron expression that are counted over a year. With more ticks, one week is counted instead. */
const MOST_A_YEAR = 2_000;

/** The ticks and invocations of a schedule in a month. */
export interface TickPace {
  readonly ticks: number;
  /** The number of invocations. One invocation owns all ticks of a minute. */
  readonly firings: number;
  /**
   * The seconds from the due time of an invocation to the due time of its last tick; 0 if the invocation owns one tick.
   */
  readonly spanSeconds: number;
}

/**
 * Returns the ticks and invocations of a schedule in a month. Callers keep the result, since counting the ticks of a
 * cron expression is slow.
 */
export function paceOf(schedule: Schedule): TickPace {
  const ticks = ticksAMonth(schedule);
  if (!hasSlots(schedule)) return { ticks, firings: ticks, spanSeconds: 0 };
  // A firing owns the ticks of the minute that follows its own minute.
  const spanSeconds = (MINUTE + FIRING_PERIOD - schedule.interval) / SECOND;
  return { ticks, firings: MONTH / FIRING_PERIOD, spanSeconds };
}

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
