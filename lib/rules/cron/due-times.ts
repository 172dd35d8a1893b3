/**
 * The due times of a cron expression. It names times of the wall clock in a time zone; daylight saving repeats some of
 * them and leaves others out. As on AWS, a wall time that is repeated is due once, the first time, and one that is left
 * out is not due. So a due time is the first instant at which the wall clock shows a time that the expression names.
 */
import { calendarDay, DAY, dayNumberOf, HOUR, MINUTE, zoneOffset } from '../../time/index.ts';
import { isDueOn } from './days.ts';
import { type CronFields, EARLIEST_YEAR, LATEST_YEAR } from './fields.ts';

/** An expression in its time zone. */
export interface ZonedCron {
  readonly fields: CronFields;
  readonly timezone: string;
}

/**
 * The year in which this version was made: earlier ones are past wherever it runs. It is no clock, so that a service
 * which is deployed stays valid when its last year ends.
 */
export const FIRST_YEAR = 2026;

/** Whether the expression is due at any time from the first year on. */
export function isEverDue(cron: ZonedCron): boolean {
  return nextDueOf(cron, dayNumberOf(FIRST_YEAR, 1, 1) * DAY - 1) !== undefined;
}

const FIRST_DAY = dayNumberOf(EARLIEST_YEAR, 1, 1);
const LAST_DAY = dayNumberOf(LATEST_YEAR, 12, 31);

/** The first due time after an instant, or `undefined` if there is none. */
export function nextDueOf({ fields, timezone }: ZonedCron, after: number): number | undefined {
  // The wall clock shows no earlier time for the first time after this one.
  const shown = after + zoneOffset(timezone, after);
  for (const wall of wallTimesAfter(fields, shown)) {
    const due = firstShown(timezone, wall);
    if (due !== undefined && due > after) return due;
  }
  return undefined;
}

/** The latest due time before an instant, or `undefined` if there is none. */
export function latestDueOf({ fields, timezone }: ZonedCron, before: number): number | undefined {
  // Where the wall clock was set back during the last day, it has shown later times than it shows now.
  const shown = before + Math.max(zoneOffset(timezone, before), zoneOffset(timezone, before - DAY));
  for (const wall of wallTimesBefore(fields, shown)) {
    const due = firstShown(timezone, wall);
    if (due !== undefined && due < before) return due;
  }
  return undefined;
}

/** The times that the expression names after one of the wall clock, in ascending order; all counted as if in UTC. */
function* wallTimesAfter(fields: CronFields, shown: number): Generator<number> {
  const first = Math.max(FIRST_DAY, Math.floor(shown / DAY));
  for (let day = first; day <= LAST_DAY; day = dayAfter(fields, day)) {
    const hours = isDayOf(fields, day) ? fields.hours.map((hour) => day * DAY + hour * HOUR) : [];
    for (const hour of hours.filter((begins) => begins + HOUR > shown)) {
      yield* fields.minutes.map((minute) => hour + minute * MINUTE).filter((wall) => wall > shown);
    }
  }
}

/** The times that the expression names before one of the wall clock, in descending order. */
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
 * The first instant at which the wall clock shows the time, counted as if it were in UTC; `undefined` if it never does.
 */
function firstShown(timezone: string, wall: number): number | undefined {
  // One is that of before a change of the clock, where there is a change on the day.
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

/** The next day to try: years and months that the expression leaves out are passed over. */
function dayAfter({ months, years }: CronFields, dayNumber: number): number {
  const { year, month, day, daysInMonth } = calendarDay(dayNumber);
  if (!years.has(year)) return dayNumberOf(year + 1, 1, 1);
  return months.has(month) ? dayNumber + 1 : dayNumber + daysInMonth - day + 1;
}

/** The day before, to try next. */
function dayBefore({ months, years }: CronFields, dayNumber: number): number {
  const { year, month, day } = calendarDay(dayNumber);
  if (!years.has(year)) return dayNumberOf(year, 1, 1) - 1;
  return months.has(month) ? dayNumber - 1 : dayNumber - day;
}
