/**
 * The due times of a service. Those of an interval are its multiples since 1970, so that restarts and redeploys don't
 * change them. AWS counts an interval that isn't aligned ({@link isAligned}) from the creation of its schedule instead;
 * the due time of one tick then shows all others.
 */
import { hasCode, showValue } from '../text/index.ts';
import { DAY, HOUR, isTimeZone, MINUTE } from '../time/index.ts';
import { FIRST_YEAR, isEverDue, latestDueOf, nextDueOf, type ZonedCron } from './cron/due-times.ts';
import { readCron } from './cron/fields.ts';
import { optionFault } from './limits.ts';

/**
 * When a service is due: by `cron` if it is given, else every `interval` milliseconds. With `cron`, `interval` is still
 * the unit of a backoff.
 */
export interface Schedule {
  readonly interval: number;
  readonly cron?: string;
  /** The IANA name of the time zone, such as `Europe/Berlin`. @default 'UTC' */
  readonly timezone?: string;
}

/** The evaluator of cron expressions; `undefined` in a bundle of a service without one. */
const cronRules =
  globalThis.TICKOVER_WITHOUT_CRON === true ? undefined : { FIRST_YEAR, isEverDue, latestDueOf, nextDueOf, readCron };

/** The reason why a cron expression or its time zone can't be used; `undefined` if both can. */
export function cronFault(cron: unknown, timezone: unknown): string | undefined {
  if (typeof cron !== 'string') return 'text is needed';
  if (cronRules === undefined) return WITHOUT_CRON;
  try {
    const fields = cronRules.readCron(cron);
    if (!isTimeZone(timezone)) return `timezone: expected an IANA name in its own case, got ${showValue(timezone)}`;
    return cronRules.isEverDue({ fields, timezone }) ? undefined : `it is never due from ${cronRules.FIRST_YEAR} on`;
  } catch (error) {
    if (hasCode(error, 'cron-unreadable')) return error.message;
    throw error;
  }
}

/** The fault of a cron expression that the stack didn't see when it made the bundle. */
const WITHOUT_CRON = 'its bundle was made for a service without a cron expression; deploy it again';

/**
 * The fault of a cron expression and its time zone as `cron: expected ..., got ...`, or an empty list if they can be
 * used.
 */
export function cronFaults(cron: unknown, timezone: unknown = 'UTC'): string[] {
  const fault = cronFault(cron, timezone);
  const expected = `an AWS cron expression of six fields in a known time zone (${fault})`;
  return optionFault(fault === undefined, 'cron', expected, showValue(cron));
}

/** The parsed cron expression of each schedule, kept since parsing costs more than evaluating. */
const crons = new WeakMap<Schedule, ZonedCron>();

function cronOf(schedule: Schedule, cron: string): ZonedCron {
  const known = crons.get(schedule);
  if (known !== undefined) return known;
  const read = { fields: cronsHere().readCron(cron), timezone: schedule.timezone ?? 'UTC' };
  crons.set(schedule, read);
  return read;
}

function cronsHere(): NonNullable<typeof cronRules> {
  if (cronRules === undefined) throw new Error(`cron: ${WITHOUT_CRON}`);
  return cronRules;
}

/**
 * The latest due time at or before `now`; `undefined` if a cron expression had no due time until then.
 * @param knownTick the due time of any tick of the service, from which all others follow if {@link isAligned} is false
 */
export function latestDue(schedule: Schedule, now: number, knownTick?: number): number | undefined {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick);
  return cronsHere().latestDueOf(cronOf(schedule, schedule.cron), now + 1);
}

/**
 * The due time from which a backoff is counted after a run without a tick: the latest due time at or before the start
 * of the run, or if there is none, the latest multiple of the interval.
 */
export function countedDue(schedule: Schedule, startedAt: number, knownTick?: number): number {
  return latestDue(schedule, startedAt, knownTick) ?? floorToGrid({ interval: schedule.interval }, startedAt);
}

/**
 * The first due time after `now`; `undefined` if a cron expression has no due time left.
 * @param knownTick the due time of any tick of the service, from which all others follow if {@link isAligned} is false
 */
export function nextDue(schedule: Schedule, now: number, knownTick?: number): number | undefined {
  if (schedule.cron === undefined) return floorToGrid(schedule, now, knownTick) + schedule.interval;
  return cronsHere().nextDueOf(cronOf(schedule, schedule.cron), now);
}

/**
 * Whether AWS computes the same due times as Tickover: for a cron expression, an interval that divides an hour, or an
 * interval of whole hours that divides a day. AWS counts any other interval from the creation of its schedule.
 */
export function isAligned({ cron, interval }: Schedule): boolean {
  return cron !== undefined || HOUR % interval === 0 || (interval % HOUR === 0 && DAY % interval === 0);
}

/**
 * The last due time of the interval at or before `instant`. A cron expression is ignored.
 * @param knownTick the due time of any tick of the service, from which all others follow if {@link isAligned} is false
 */
export function floorToGrid(schedule: Schedule, instant: number, knownTick?: number): number {
  const { interval } = schedule;
  const phase = knownTick === undefined || isAligned({ interval }) ? 0 : knownTick % interval;
  return Math.floor((instant - phase) / interval) * interval + phase;
}

/**
 * The shortest time between two firings, in milliseconds. If the interval is shorter, one firing owns several ticks.
 */
export const FIRING_PERIOD = MINUTE;

/** Whether one firing owns several ticks, because the interval is below a minute. */
export function hasSlots(schedule: Schedule): boolean {
  return schedule.cron === undefined && schedule.interval < FIRING_PERIOD;
}

/**
 * The due times of the ticks that a firing owns: those within the minute that begins `slack` milliseconds after
 * `firing`. A firing that is up to `slack` late misses none of its ticks.
 * @param firing the minute for which the firing was scheduled, in epoch milliseconds
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
 * The earliest due time that may run after a trip: `due` plus the stretched interval in whole intervals. For a cron
 * expression it is half an interval earlier, since the times between its ticks vary.
 * @param due the due time of the run that made the trip
 * @param stretched the interval during the backoff, in milliseconds
 */
export function notBeforeAfter(schedule: Schedule, due: number, stretched: number): number {
  const steps = Math.max(1, Math.round(stretched / schedule.interval));
  const slackForGaps = schedule.cron === undefined ? 0 : schedule.interval / 2;
  return due + steps * schedule.interval - slackForGaps;
}
