/**
 * The due times of a cron expression, which names times of the wall clock in a time zone. As on AWS, a wall time that
 * daylight saving repeats is due only the first time, and one that daylight saving leaves out is never due.
 */
import { calendarDay, DAY, dayNumberOf, HOUR, MINUTE, zoneOffset } from '../../time/index.ts';
import { isDueOn } from './days.ts';
import { type CronFields, EARLIEST_YEAR, LATEST_YEAR } from './fields.ts';

export interface ZonedCron {
  readonly fields: CronFields;
  readonly timezone: string;
}

/**
 * The year in which this version of Tickover was made. A cron expression that is never due from this year on is
 * refused. The year isn't read from a clock, so that a deployed expression stays valid after its last due time.
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
  // `shown` is the wall time at `after`. Earlier wall times can follow only if the clock is set back; they are then
  // repeated times, which aren't due.
  const shown = after + zoneOffset(timezone, after);
  for (const wall of wallTimesAfter(fields, shown)) {
    const due = firstShown(timezone, wall);
    if (due !== undefined && due > after) return due;
  }
  return undefined;
}

/** The latest due time of the cron expression before the instant `before`; `undefined` if there is none. */
export function latestDueOf({ fields, timezone }: ZonedCron, before: number): number | undefined {
  // If the wall clock was set back during the last day, it has already shown later times than it shows at `before`.
  const shown = before + Math.max(zoneOffset(timezone, before), zoneOffset(timezone, before - DAY));
  for (const wall of wallTimesBefore(fields, shown)) {
    const due = firstShown(timezone, wall);
    if (due !== undefined && due < before) return due;
  }
  return undefined;
}

/**
 * The wall times after `shown` that the expression names, in ascending order. A wall time is written as the instant at
 * which a clock in UTC shows it.
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
 * The first instant at which the wall clock of the time zone shows `wall`; `undefined` if daylight saving leaves this
 * time out. `wall` is written as the instant at which a clock in UTC shows the time.
 */
function firstShown(timezone: string, wall: number): number | undefined {
  // The zone's offsets from UTC a day earlier and a day later; they differ if the wall clock changes in between.
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

/** The next day after `dayNumber` that can be due. Months and years that the expression doesn't name are skipped. */
function dayAfter({ months, years }: CronFields, dayNumber: number): number {
  const { year, month, day, daysInMonth } = calendarDay(dayNumber);
  if (!years.has(year)) return dayNumberOf(year + 1, 1, 1);
  return months.has(month) ? dayNumber + 1 : dayNumber + daysInMonth - day + 1;
}

function dayBefore({ months, years }: CronFields, dayNumber: number): number {
  const { year, month, day } = calendarDay(dayNumber);
  if (!years.has(year)) return dayNumberOf(year, 1, 1) - 1;
  return months.has(month) ? dayNumber - 1 : dayNumber - day;
}
