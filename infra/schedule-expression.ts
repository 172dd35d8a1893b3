/**
 * The schedule of a service in the form that EventBridge Scheduler expects. Pure.
 *
 *   a cron expression                          passed through, in its time zone
 *   an interval that divides an hour or a day  cron: has the due times of the service's grid, which no redeploy moves
 *   an interval below a minute                 a firing each minute, which owns several slots
 *   any other whole minutes                    rate: counted from the creation of the schedule
 */
import { flexibleWindow, hasSlots, isAligned, type Schedule, splitCron } from '../lib/rules/index.ts';
import { DAY, HOUR, inSeconds, MINUTE } from '../lib/time/index.ts';
import { longestGap } from './longest-gap.ts';

/** A schedule in Scheduler's form. */
export interface ScheduleText {
  /** The expression: `cron(...)` or `rate(...)`. */
  readonly expression: string;
  /** The IANA name of the time zone. */
  readonly timezone: string;
}

/** Scheduler's bounds of a delivery's age and of its tries; Lambda's of an event's age. */
const DELIVERY_AGE = { least: MINUTE, most: DAY } as const;
const DELIVERY_RETRIES = { least: 2, most: 185 } as const;
const EVENT_AGE = { least: MINUTE, most: DAY / 4 } as const;

/** The reason why Scheduler can't express the schedule, as `option: expected ..., got ...`; `undefined` if it can. */
export function scheduleFault({ cron, interval }: Schedule): string | undefined {
  if (cron !== undefined || (interval > 0 && interval <= MINUTE) || interval % MINUTE === 0) return undefined;
  return `interval: expected whole minutes where it is above one, got ${inSeconds(interval)} s`;
}

/** The schedule in Scheduler's form. The schedule must have no {@link scheduleFault}. */
export function scheduleText(schedule: Schedule): ScheduleText {
  const { cron, timezone = 'UTC', interval } = schedule;
  if (cron !== undefined) return { expression: `cron(${splitCron(cron).join(' ')})`, timezone };
  const period = hasSlots(schedule) ? MINUTE : interval;
  return { expression: isAligned({ interval: period }) ? alignedCron(period) : rate(period), timezone: 'UTC' };
}

/**
 * A cron expression for an interval. Its minutes and hours are counted separately, so the interval must divide one of
 * them evenly.
 */
function alignedCron(period: number): string {
  if (period === MINUTE) return 'cron(* * * * ? *)';
  if (period === HOUR) return 'cron(0 * * * ? *)';
  if (period === DAY) return 'cron(0 0 * * ? *)';
  return period < HOUR ? `cron(0/${period / MINUTE} * * * ? *)` : `cron(0 0/${period / HOUR} * * ? *)`;
}

/** The interval as a rate, in the largest unit in which it is a whole number. */
function rate(period: number): string {
  const units = [
    ['day', DAY],
    ['hour', HOUR],
    ['minute', MINUTE],
  ] as const;
  const [unit, length] = units.find(([, candidate]) => period % candidate === 0) ?? ['minute', MINUTE];
  const count = period / length;
  return `rate(${count} ${unit}${count === 1 ? '' : 's'})`;
}

/** Whole minutes by which a start may be moved within its slot: Scheduler's flexible window; 0 for none. */
export function windowMinutes(schedule: Schedule, jitterRange?: number): number {
  return flexibleWindow(schedule, jitterRange) / MINUTE;
}

/** How long and how often Scheduler tries to deliver a firing. A tick is worth delivering until the next one is due. */
export function deliveryOf(schedule: Schedule): { readonly maximumAge: number; readonly retries: number } {
  const maximumAge = wholeSeconds(clamp(longestGap(schedule), DELIVERY_AGE));
  return { maximumAge, retries: clamp(Math.floor(maximumAge / MINUTE), DELIVERY_RETRIES) };
}

/**
 * How old an event may become in Lambda's own queue, in milliseconds. Lambda drops an event that it throttled for
 * longer.
 */
export function eventAge(schedule: Schedule): number {
  return wholeSeconds(clamp(longestGap(schedule), EVENT_AGE));
}

function clamp(value: number, { least, most }: { readonly least: number; readonly most: number }): number {
  return Math.min(most, Math.max(least, value));
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000) * 1_000;
}
