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

/** A schedule as EventBridge Scheduler expects it. */
export interface ScheduleText {
  /** The text `cron(...)` or `rate(...)`. */
  readonly expression: string;
  /** The IANA name of the time zone. */
  readonly timezone: string;
}

/**
 * Bounds for what the stack asks of AWS: the longest time that Scheduler tries to deliver a firing (in milliseconds),
 * the number of Scheduler's retries, and the longest time that Lambda keeps an event (in milliseconds).
 */
const DELIVERY_AGE = { least: MINUTE, most: DAY } as const;
const DELIVERY_RETRIES = { least: 2, most: 185 } as const;
const EVENT_AGE = { least: MINUTE, most: DAY / 4 } as const;

/**
 * Returns the reason why Scheduler can't express the schedule, as `option: expected ..., got ...`; `undefined` if
 * Scheduler can express it.
 */
export function scheduleFault({ cron, interval }: Schedule): string | undefined {
  if (cron !== undefined || (interval > 0 && interval <= MINUTE) || interval % MINUTE === 0) return undefined;
  return `interval: expected whole minutes where it is above one, got ${inSeconds(interval)} s`;
}

/**
 * Returns the schedule as EventBridge Scheduler expects it. Callers first check the schedule with {@link
 * scheduleFault}.
 */
export function scheduleText(schedule: Schedule): ScheduleText {
  const { cron, timezone = 'UTC', interval } = schedule;
  if (cron !== undefined) return { expression: `cron(${splitCron(cron).join(' ')})`, timezone };
  const period = hasSlots(schedule) ? MINUTE : interval;
  return { expression: isAligned({ interval: period }) ? alignedCron(period) : rate(period), timezone: 'UTC' };
}

/** Returns a cron expression for an interval in milliseconds that divides an hour or a day evenly. */
function alignedCron(period: number): string {
  if (period === MINUTE) return 'cron(* * * * ? *)';
  if (period === HOUR) return 'cron(0 * * * ? *)';
  if (period === DAY) return 'cron(0 0 * * ? *)';
  return period < HOUR ? `cron(0/${period / MINUTE} * * * ? *)` : `cron(0 0/${period / HOUR} * * ? *)`;
}

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

/**
 * Returns by how many minutes Scheduler may delay a firing at random (its flexible window); 0 for no delay.
 * `jitterRange` is the option of the service.
 */
export function windowMinutes(schedule: Schedule, jitterRange?: number): number {
  return flexibleWindow(schedule, jitterRange) / MINUTE;
}

/**
 * Returns for how long Scheduler tries to deliver a firing (`maximumAge`, in milliseconds), and how many retries it
 * makes. Scheduler gives up when the next tick is due, but not before a minute and not after a day.
 */
export function deliveryOf(schedule: Schedule): { readonly maximumAge: number; readonly retries: number } {
  const maximumAge = wholeSeconds(clamp(longestGap(schedule), DELIVERY_AGE));
  return { maximumAge, retries: clamp(Math.floor(maximumAge / MINUTE), DELIVERY_RETRIES) };
}

/**
 * Returns for how long Lambda may keep a throttled event, in milliseconds: until the next tick is due, but at least a
 * minute and at most six hours.
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
