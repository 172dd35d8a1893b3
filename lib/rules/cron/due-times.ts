/**
 * The due times of a cron expression. A cron expression names times of the wall clock in a time zone; daylight saving
 * repeats some of them and leaves others out. As on AWS, a wall time that is repeated is due once, the first time, and
 * one that is left out is not due. So a due time is the first instant at which the wall clock shows a time that the
 * expression names.
 */
import { calendarDay, DAY, dayNumberOf, HOUR, MINUTE, zoneOffset } from '../../time/index.ts';
import { isDueOn } from './days.ts';
import { type CronFields, EARLIEST_YEAR, LATEST_YEAR } from './fields.ts';

/** A cron expression, and the time zone whose wall clock it refers to. */
export interface ZonedCron {
  readonly fields: CronFields;
  readonly timezone: string;
}

/**
 * The year in which this version of Tickover was made; earlier years are past wherever this version runs. The year
 * isn't read from a clock, so that the cron expression of a deployed service stays valid after the last year that the
 * expression names.
 */
export const FIRST_YEAR = 2026;

/** Whether the cron expression has any due time from the start of {@link FIRST_YEAR} on. */
export function isEverDue(cron: ZonedCron): boolean {
  return nextDueOf(cron, dayNumberOf(FIRST_YEAR, 1, 1) * DAY - 1) !== undefined;
}

const FIRST_DAY = dayNumberOf(EARLIEST_YEAR, 1, 1);
const LAST_DAY = dayNumberOf(LATEST_YEAR, 12, 31);

/** The first due time of the cron expression after the instant `after`; `undefined` if there is none. */
export function nextDueOf({ fields, timezone }: ZonedCron, after: number): number | undefined {
  // `shown` is what the wall clock shows at `after`. An earlier wall time can come after `after` only as a repeated
  // time, which isn't due.
  const shown = after + zoneOffset(timezone, after);
  for (const wall of wallTimesAfter(fields, shown)) {
    const due = firstShown(timezone, wall);
    if (due !== undefined && due > after) return due;
  }
  return undefined;
}

/** The latest due time of the cron expression before the instant `before`; `undefined` if there is none. */
export function latestDueOf({ fields, timezone }: ZonedCron, before: number): number | undefined {
  // If the wall clock was set back during the last day, it has shown later times than it shows now.
  const shown = before + Math.max(zoneOffset(timezone, before), zoneOffset(timezone, before - DAY));
  for (const wall of wallTimesBefore(fields, shown)) {
    const due = firstShown(timezone, wall);
    if (due !== undefined && due < before) return due;
  }
  return undefined;
}

/**
 * The wall times after `shown` that the expression names, in ascending order. A wall time is a number: the instant at
 * which a clock in UTC shows this time.
 */
function* wallTimesAfter(fields: CronFields, shown: number): Generator<number> {
  const first = Math.max(FIRST_DAY, Math.floor(shown / DAY));
  for (let day = first; day <= LAST_DAY; day = dayAfter(fields, day)) {
    const hours = isDayOf(fields, day) ? fields.hours.map((hour) => day * DAY + hour * HOUR) : [];
    for (const hour of hours.filter((begins) => begins + HOUR > shown)) {
      yield* fields.minutes.map((minute) => hour + minute * MINUTE).filter((wall) => wall > shown);
    }
  }
}

/**
 * The wall times before `shown` that the expression names, in descending order. A wall time is a number: the instant at
 * which a clock in UTC shows this time.
 */
function* wallTimesBefore(fields: CronFields, shown: number): Generator<number> {
  const last = Math.min(LAST_DAY, Math.floor(shown / DAY));
  for (let day = last; day >= FIRST_DAY; day = dayBefore(fields, day)) {
    const hours = isDayOf(fields, day) ? fields.hours.map((hour) => day * DAY + hour * HOUR) : [];
    for (const hour of hours.filter((begins) => begins < shown).reverse()) {
      yield* fields.minutes
        .map((minute) => hour + minute * MINUTE)
        .filter((wall) => wall < shown)
        .reverse();
    }
  }
}

/**
 * The first instant at which the wall clock of the time zone shows the time `wall`, which is given as the instant at
 * which a clock in UTC shows it; `undefined` if the zone's clock never shows it.
 */
function firstShown(timezone: string, wall: number): number | undefined {
  // If the clock changes on this day, these are the offsets before and after the change; otherwise they are equal.
  const offsets = [zoneOffset(timezone, wall - DAY), zoneOffset(timezone, wall + DAY)];
  const instants = offsets
    .filter((offset) => zoneOffset(timezone, wall - offset) === offset)
    .map((offset) => wall - offset);
  return instants.length === 0 ? undefined : Math.min(...instants);
}

function isDayOf({ days, months, years }: CronFields, dayNumber: number): boolean {
  const day = calendarDay(dayNumber);
  return years.has(day.year) && months.has(day.month) && isDueOn(days, day);
}

/** The next day after `dayNumber` that may be due. Years and months that the expression leaves out are skipped. */
function dayAfter({ months, years }: CronFields, dayNumber: number): number {
  const { year, month, day, daysInMonth } = calendarDay(dayNumber);
  if (!years.has(year)) return dayNumberOf(year + 1, 1, 1);
  return months.has(month) ? dayNumber + 1 : dayNumber + daysInMonth - day + 1;
}

/** The last day before `dayNumber` that may be due. Years and months that the expression leaves out are skipped. */
function dayBefore({ months, years }: CronFields, dayNumber: number): number {
  const { year, month, day } = calendarDay(dayNumber);
  if (!years.has(year)) return dayNumberOf(year, 1, 1) - 1;
  return months.has(month) ? dayNumber - 1 : dayNumber - day;
}
