/**
 * The grid of due times. An interval's grid is absolute: whole multiples counted from the epoch, so that it doesn't
 * move across restarts and redeploys; where a schedule counts from another moment (a rate on AWS), its phase is read
 * off a tick that is known. A cron expression has AWS's six fields (minutes, hours, day of month, month, day of week,
 * year).
 */
import { Cron } from 'croner';
import { showValue } from '../text/index.ts';
import { DAY, HOUR, MINUTE, toDate } from '../time/index.ts';
import { optionFault } from './limits.ts';

/** When a service is due. `interval` is stated beside `cron` too, since backing off counts in it. */
export interface Schedule {
  readonly interval: number;
  readonly cron?: string;
  /** IANA name, such as `Europe/Berlin`. @default 'UTC' */
  readonly timezone?: string;
}

/** Why the cron expression or the time zone can't be used, or `undefined` if they can. */
export function cronFault(cron: string, timezone: string): string | undefined {
  try {
    const fields = cron.trim().split(/\s+/);
    if (fields.length !== 6) return 'six fields are needed: minutes, hours, day of month, month, day of week, year';
    const [, , dayOfMonth, , dayOfWeek] = fields;
    if ((dayOfMonth === '?') === (dayOfWeek === '?')) return 'one of day of month and day of week has to be ?';
    return nextOf(parsedCron(cron, timezone), 0) === undefined ? 'it is never due' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The fault of a cron expression and its time zone as `cron: expected ..., got ...`, or none. */
export function cronFaults(cron: string, timezone = 'UTC'): string[] {
  const fault = cronFault(cron, timezone);
  const expected = `an AWS cron expression of six fields in a known time zone (${fault})`;
  return optionFault(fault === undefined, 'cron', expected, showValue(cron));
}

/**
 * AWS counts the days of the week from 1 for Sunday, writes `0/15` for every fifteen from 0, and has no seconds: a
 * leading 0 says that every tick is on the minute.
 */
function parsedCron(cron: string, timezone: string): Cron {
  const dialect = { mode: '7-part', alternativeWeekdays: true, sloppyRanges: true } as const;
  return new Cron(`0 ${cron.trim()}`, { ...dialect, timezone, paused: true });
}

/**
 * A cron that is due only in the gap of daylight saving, year after year, would be searched for until the end of time.
 */
const MOST_GAPS = 100;

/**
 * AWS skips a time that daylight saving leaves out; croner moves it to the end of the gap, where it matches no more.
 */
function nextOf(cron: Cron, after: number): number | undefined {
  let due = cron.nextRun(toDate(after));
  for (let gaps = 0; gaps < MOST_GAPS && due !== null; gaps++) {
    if (cron.match(due)) return due.getTime();
    due = cron.nextRun(due);
  }
  return undefined;
}

function latestOf(cron: Cron, before: number): number | undefined {
  let [due] = cron.previousRuns(1, toDate(before));
  for (let gaps = 0; gaps < MOST_GAPS && due !== undefined; gaps++) {
    if (cron.match(due)) return due.getTime();
    [due] = cron.previousRuns(1, due);
  }
  return undefined;
}

/** The latest due time at or before `now`. */
export function latestDue(schedule: Schedule, now: number, knownTick?: number): number {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick);
  return latestOf(parsedCron(schedule.cron, schedule.timezone ?? 'UTC'), now + 1) ?? now;
}

/** The first due time after `now`; `undefined` only for a cron expression that has run out. */
export function nextDue(schedule: Schedule, now: number, knownTick?: number): number | undefined {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick) + schedule.interval;
  return nextOf(parsedCron(schedule.cron, schedule.timezone ?? 'UTC'), now);
}

/**
 * Whether the schedule is aligned with the clock: a cron expression, or an interval that divides an hour, or a day in
 * whole hours, which is a cron expression on AWS. Any other interval is a rate there, and counts from when the schedule
 * was made.
 */
export function isAligned({ cron, interval }: Schedule): boolean {
  return cron !== undefined || HOUR % interval === 0 || (interval % HOUR === 0 && DAY % interval === 0);
}

/** The instant moved back to the grid of the interval. */
export function floorToGrid(schedule: Schedule, instant: number, knownTick?: number): number {
  const { interval } = schedule;
  const phase = knownTick === undefined || isAligned({ interval }) ? 0 : knownTick % interval;
  return Math.floor((instant - phase) / interval) * interval + phase;
}

/** A firing comes at most once a minute: a service with a shorter interval has several slots in one firing. */
export const FIRING_PERIOD = MINUTE;

/** Whether one firing owns several ticks. */
export function hasSlots(schedule: Schedule): boolean {
  return schedule.cron === undefined && schedule.interval < FIRING_PERIOD;
}

/**
 * The ticks that the firing for minute `firing` owns: the grid's points in [firing + slack, firing + slack + 60 s).
 * Windows of successive minutes neither overlap nor leave a gap, however late each is delivered within the slack.
 */
export function slotsOf(schedule: Schedule, firing: number, slack: number): number[] {
  const from = firing + slack;
  const slots: number[] = [];
  for (
    let slot = Math.ceil(from / schedule.interval) * schedule.interval;
    slot < from + FIRING_PERIOD;
    slot += schedule.interval
  ) {
    slots.push(slot);
  }
  return slots;
}

/**
 * The earliest due time that may run after a trip: the tick's own plus the stretched interval rounded to the grid, so
 * that backing off skips exactly 2^n - 1 ticks. The gaps of a cron schedule vary (daylight saving), so half an interval
 * is taken off.
 */
export function notBeforeAfter(schedule: Schedule, due: number, stretched: number): number {
  const steps = Math.max(1, Math.round(stretched / schedule.interval));
  const slackForGaps = schedule.cron === undefined ? 0 : schedule.interval / 2;
  return due + steps * schedule.interval - slackForGaps;
}
