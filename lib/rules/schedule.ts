/**
 * The grid of due times. An interval's grid is absolute: whole multiples counted from the epoch, so that it doesn't
 * move across restarts and redeploys; where a schedule counts from another moment (a rate on AWS), its phase is read
 * off a tick that is known. A cron expression is AWS's.
 */
import { showValue } from '../text/index.ts';
import { DAY, HOUR, isTimeZone, MINUTE } from '../time/index.ts';
import { FIRST_YEAR, isEverDue, latestDueOf, nextDueOf, type ZonedCron } from './cron/due-times.ts';
import { CronError, readCron } from './cron/fields.ts';
import { optionFault } from './limits.ts';

/** When a service is due. `interval` is given with `cron` too, since a backoff lasts a number of intervals. */
export interface Schedule {
  readonly interval: number;
  readonly cron?: string;
  /** The IANA name of the time zone, such as `Europe/Berlin`. @default 'UTC' */
  readonly timezone?: string;
}

/** Why the cron expression or the time zone can't be used, or `undefined` if they can. */
export function cronFault(cron: unknown, timezone: unknown): string | undefined {
  if (typeof cron !== 'string') return 'text is needed';
  try {
    const fields = readCron(cron);
    if (!isTimeZone(timezone)) return `timezone: expected an IANA name in its own case, got ${showValue(timezone)}`;
    return isEverDue({ fields, timezone }) ? undefined : `it is never due from ${FIRST_YEAR} on`;
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
}

/** The fault of a cron expression and its time zone as `cron: expected ..., got ...`, or none. */
export function cronFaults(cron: unknown, timezone: unknown = 'UTC'): string[] {
  const fault = cronFault(cron, timezone);
  const expected = `an AWS cron expression of six fields in a known time zone (${fault})`;
  return optionFault(fault === undefined, 'cron', expected, showValue(cron));
}

/** Reading an expression costs more than evaluating it. */
const crons = new WeakMap<Schedule, ZonedCron>();

function cronOf(schedule: Schedule, cron: string): ZonedCron {
  const known = crons.get(schedule);
  if (known !== undefined) return known;
  const read = { fields: readCron(cron), timezone: schedule.timezone ?? 'UTC' };
  crons.set(schedule, read);
  return read;
}

/**
 * The latest due time at or before `now`; `undefined` only for a cron expression that was never due until then.
 */
export function latestDue(schedule: Schedule, now: number, knownTick?: number): number | undefined {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick);
  return latestDueOf(cronOf(schedule, schedule.cron), now + 1);
}

/**
 * The due time that a run without a tick counts from, such as a run by hand: the latest one, or where none is known the
 * start of the run, moved back to the grid of the interval.
 */
export function countedDue(schedule: Schedule, startedAt: number, knownTick?: number): number {
  return latestDue(schedule, startedAt, knownTick) ?? floorToGrid({ interval: schedule.interval }, startedAt);
}

/** The first due time after `now`; `undefined` only if a cron expression has no due time left. */
export function nextDue(schedule: Schedule, now: number, knownTick?: number): number | undefined {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick) + schedule.interval;
  return nextDueOf(cronOf(schedule, schedule.cron), now);
}

/**
 * Whether the schedule is aligned with the clock: a cron expression, or an interval that becomes a cron expression on
 * AWS, since it divides an hour, or a day in whole hours. Any other interval becomes a rate on AWS, which counts from
 * the creation of the schedule.
 */
export function isAligned({ cron, interval }: Schedule): boolean {
  return cron !== undefined || HOUR % interval === 0 || (interval % HOUR === 0 && DAY % interval === 0);
}

/** The last due time of the interval at or before `instant`. */
export function floorToGrid(schedule: Schedule, instant: number, knownTick?: number): number {
  const { interval } = schedule;
  const phase = knownTick === undefined || isAligned({ interval }) ? 0 : knownTick % interval;
  return Math.floor((instant - phase) / interval) * interval + phase;
}

/** The shortest spacing of firings. A service with a shorter interval has several slots in one firing. */
export const FIRING_PERIOD = MINUTE;

/** Whether one firing owns several ticks. */
export function hasSlots(schedule: Schedule): boolean {
  return schedule.cron === undefined && schedule.interval < FIRING_PERIOD;
}

/**
 * The ticks that the firing for minute `firing` owns: the due times in [firing + slack, firing + slack + 60 s). The
 * windows of successive minutes neither overlap nor leave a gap, and a firing that is up to `slack` late is still in
 * time for all its ticks.
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
 * The earliest due time that may run after a trip: the tick's due time plus the stretched interval rounded to the grid,
 * so that backing off skips exactly 2^n - 1 ticks. For a cron schedule half an interval is subtracted, since the gaps
 * between its ticks vary (daylight saving).
 */
export function notBeforeAfter(schedule: Schedule, due: number, stretched: number): number {
  const steps = Math.max(1, Math.round(stretched / schedule.interval));
  const slackForGaps = schedule.cron === undefined ? 0 : schedule.interval / 2;
  return due + steps * schedule.interval - slackForGaps;
}
