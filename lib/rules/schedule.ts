/**
 * The grid of due times. The grid of an interval is absolute: its due times are whole multiples of the interval since
 * 1970, so that they stay the same across restarts and redeploys. An interval that becomes a rate on AWS counts from
 * the creation of its schedule there; the due time of a known tick gives its phase. A cron expression is evaluated as
 * AWS evaluates it.
 */
import { showValue } from '../text/index.ts';
import { DAY, HOUR, isTimeZone, MINUTE } from '../time/index.ts';
import { FIRST_YEAR, isEverDue, latestDueOf, nextDueOf, type ZonedCron } from './cron/due-times.ts';
import { CronError, readCron } from './cron/fields.ts';
import { optionFault } from './limits.ts';

/**
 * When a service is due. `interval`, in milliseconds, is given with `cron` too, since a backoff lasts a number of
 * intervals.
 */
export interface Schedule {
  readonly interval: number;
  readonly cron?: string;
  /** The IANA name of the time zone, such as `Europe/Berlin`. @default 'UTC' */
  readonly timezone?: string;
}

/** The reason why a cron expression or its time zone can't be used; `undefined` if both can. */
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

/**
 * The fault of a cron expression and its time zone as `cron: expected ..., got ...`, or an empty list if they can be
 * used.
 */
export function cronFaults(cron: unknown, timezone: unknown = 'UTC'): string[] {
  const fault = cronFault(cron, timezone);
  const expected = `an AWS cron expression of six fields in a known time zone (${fault})`;
  return optionFault(fault === undefined, 'cron', expected, showValue(cron));
}

/**
 * The parsed cron expression of each schedule. It is kept, since parsing an expression costs more than evaluating it.
 */
const crons = new WeakMap<Schedule, ZonedCron>();

function cronOf(schedule: Schedule, cron: string): ZonedCron {
  const known = crons.get(schedule);
  if (known !== undefined) return known;
  const read = { fields: readCron(cron), timezone: schedule.timezone ?? 'UTC' };
  crons.set(schedule, read);
  return read;
}

/**
 * The latest due time at or before `now`; `undefined` only for a cron expression that had no due time until then.
 * @param knownTick the due time of any tick of the service; it gives the phase of an interval that isn't aligned
 */
export function latestDue(schedule: Schedule, now: number, knownTick?: number): number | undefined {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick);
  return latestDueOf(cronOf(schedule, schedule.cron), now + 1);
}

/**
 * The due time from which a backoff is counted after a run that has no due time of its own, such as a run by hand: the
 * latest due time of the schedule, or if there was none, the start of the run, moved back to the grid of the interval.
 */
export function countedDue(schedule: Schedule, startedAt: number, knownTick?: number): number {
  return latestDue(schedule, startedAt, knownTick) ?? floorToGrid({ interval: schedule.interval }, startedAt);
}

/**
 * The first due time after `now`; `undefined` only for a cron expression that has no due time left.
 * @param knownTick the due time of any tick of the service; it gives the phase of an interval that isn't aligned
 */
export function nextDue(schedule: Schedule, now: number, knownTick?: number): number | undefined {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick) + schedule.interval;
  return nextDueOf(cronOf(schedule, schedule.cron), now);
}

/**
 * Whether the schedule is aligned with the clock. A cron expression is aligned. So is an interval that divides an hour,
 * or an interval of whole hours that divides a day: on AWS such an interval becomes a cron expression. Any other
 * interval becomes a rate on AWS, which counts from the creation of the schedule.
 */
export function isAligned({ cron, interval }: Schedule): boolean {
  return cron !== undefined || HOUR % interval === 0 || (interval % HOUR === 0 && DAY % interval === 0);
}

/**
 * The last due time of the schedule's interval at or before `instant`. A cron expression is ignored.
 * @param knownTick the due time of any tick of the service; it gives the phase of an interval that isn't aligned
 */
export function floorToGrid(schedule: Schedule, instant: number, knownTick?: number): number {
  const { interval } = schedule;
  const phase = knownTick === undefined || isAligned({ interval }) ? 0 : knownTick % interval;
  return Math.floor((instant - phase) / interval) * interval + phase;
}

/**
 * The shortest time between two firings, in milliseconds. A service with a shorter interval has several slots in one
 * firing.
 */
export const FIRING_PERIOD = MINUTE;

/** Whether one firing owns several ticks, since the interval is below a minute. */
export function hasSlots(schedule: Schedule): boolean {
  return schedule.cron === undefined && schedule.interval < FIRING_PERIOD;
}

/**
 * The due times of the ticks that a firing owns: those in [firing + slack, firing + slack + 60 s), where `firing` is
 * the minute for which it was scheduled. The ticks of successive firings neither overlap nor leave a gap, and a firing
 * that is up to `slack` late is still in time for all its ticks. All times are in milliseconds.
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
 * The earliest due time at which a tick may run after a trip: `due` (the due time of the run that tripped) plus the
 * stretched interval, rounded to the grid, so that backing off skips exactly 2^n - 1 ticks after n trips. For a cron
 * expression the result is half an interval earlier, since the gaps between its ticks vary (daylight saving).
 */
export function notBeforeAfter(schedule: Schedule, due: number, stretched: number): number {
  const steps = Math.max(1, Math.round(stretched / schedule.interval));
  const slackForGaps = schedule.cron === undefined ? 0 : schedule.interval / 2;
  return due + steps * schedule.interval - slackForGaps;
}
