/** How often a service is due in a month of 730 hours, how many invocations that takes, and how long they wait. */
import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../../lib/rules/index.ts';
import { DAY, MINUTE, SECOND } from '../../lib/time/index.ts';

/** The length of a month at AWS, in hours: a twelfth of a year. */
export const MONTH_HOURS = 730;
const MONTH = MONTH_HOURS * 60 * MINUTE;

/** The instant from which ticks are counted (2026-01-01T00:00:00Z), so that the same catalog always costs the same. */
const START = 1_767_225_600_000;
const YEAR = 365 * DAY;
const WEEK = 7 * DAY;
/**
 * If a cron expression is due more often in a year, its ticks are counted over a week, where even one each minute is
 * only 10,080.
 */
const MOST_A_YEAR = 2_000;

/** The ticks and invocations of a schedule in a month. */
export interface TickPace {
  readonly ticks: number;
  /** How many invocations there are. One invocation owns every tick of its minute. */
  readonly firings: number;
  /** The seconds from the minute of a firing to its last tick; 0 for a firing with one tick. */
  readonly spanSeconds: number;
}

/** The pace of a schedule. Counting the ticks of a cron expression is slow: call this once. */
export function paceOf(schedule: Schedule): TickPace {
  const ticks = ticksAMonth(schedule);
  if (!hasSlots(schedule)) return { ticks, firings: ticks, spanSeconds: 0 };
  // The slots of a firing are in the minute after its own.
  const spanSeconds = (MINUTE + FIRING_PERIOD - schedule.interval) / SECOND;
  return { ticks, firings: MONTH / FIRING_PERIOD, spanSeconds };
}

/**
 * The ticks in a month. They are counted over a year for a cron expression, or over a week if it is due more than 2,000
 * times a year.
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
