/**
 * A service's schedule as EventBridge Scheduler expects it. Pure.
 *
 *   a cron expression                          passed through, in its time zone
 *   an interval that divides an hour or a day  cron: aligned with the service's grid, unmoved by a redeploy
 *   an interval below a minute                 a firing a minute, which owns several slots
 *   any other whole minutes                    rate: counted from the moment at which the schedule was made
 */
import { flexibleWindow, hasSlots, isAligned, type Schedule, splitCron } from '../lib/rules/index.ts';
import { DAY, HOUR, inSeconds, MINUTE } from '../lib/time/index.ts';
import { longestGap } from './longest-gap.ts';

/** A schedule for Scheduler. */
export interface ScheduleText {
  /** `cron(...)` or `rate(...)`. */
  readonly expression: string;
  /** IANA name. */
  readonly timezone: string;
}

/** Scheduler's bounds of a delivery's age and of its tries; Lambda's of an event's age. */
const DELIVERY_AGE = { least: MINUTE, most: DAY } as const;
const DELIVERY_RETRIES = { least: 2, most: 185 } as const;
const EVENT_AGE = { least: MINUTE, most: DAY / 4 } as const;

/** Why Scheduler can't express the schedule, as `option: expected ..., got ...`; `undefined` if it can. */
export function scheduleFault({ cron, interval }: Schedule): string | undefined {
  if (cron !== undefined || (interval > 0 && interval <= MINUTE) || interval % MINUTE === 0) return undefined;
  return `interval: expected whole minutes where it is above one, got ${inSeconds(interval)} s`;
}

/** The schedule for Scheduler, which must be one without a {@link scheduleFault}. */
export function scheduleText(schedule: Schedule): ScheduleText {
  const { cron, timezone = 'UTC', interval } = schedule;
  if (cron !== undefined) return { expression: `cron(${splitCron(cron).join(' ')})`, timezone };
  const period = hasSlots(schedule) ? MINUTE : interval;
  return { expression: isAligned({ interval: period }) ? alignedCron(period) : rate(period), timezone: 'UTC' };
}

/** Minutes and hours of a cron are counted apart: only an interval that divides one of them evenly can be aligned. */
function alignedCron(period: number): string {
  if (period === MINUTE) return 'cron(* * * * ? *)';
  if (period === HOUR) return 'cron(0 * * * ? *)';
  if (period === DAY) return 'cron(0 0 * * ? *)';
  return period < HOUR ? `cron(0/${period / MINUTE} * * * ? *)` : `cron(0 0/${period / HOUR} * * ? *)`;
}

/** In the largest unit that leaves it whole. */
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

/** How hard Scheduler tries to deliver a firing. A tick is worth delivering until the next one is due. */
export function deliveryOf(schedule: Schedule): { readonly maximumAge: number; readonly retries: number } {
  const maximumAge = wholeSeconds(clamp(longestGap(schedule), DELIVERY_AGE));
  return { maximumAge, retries: clamp(Math.floor(maximumAge / MINUTE), DELIVERY_RETRIES) };
}

/**
 * How old an event may get in Lambda's own queue, in milliseconds: Lambda drops an event that it throttled for longer.
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
