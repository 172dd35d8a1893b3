/**
 * AWS's grammar of cron expressions, written once: `defineService`, the CDK stack and `npm start` all judge by it. Each
 * form below has the sentence of AWS's page that it rests on ("Schedule types in EventBridge Scheduler", cron-based
 * schedules). What the page doesn't mention is refused, except LW, small letters and leading zeros, which AWS takes.
 *
 *   minutes       0-59               , - * /
 *   hours         0-23               , - * /
 *   day of month  1-31               , - * ? / L W
 *   month         1-12 or JAN-DEC    , - * /
 *   day of week   1-7 or SUN-SAT     , - * ? L #
 *   year          1970-2199          , - * /
 *
 *   fields     six, separated by white space: "A cron expression consists of six fields"
 *   a,b        "includes additional values": of values, ranges and steps; never empty, and without * ? L W #
 *   a-b        "specifies ranges": from the smaller to the larger. The page has none that goes past the end and begins
 *              anew, so that 22-2 is refused: it is written 22-23,0-2
 *   *          "includes all values in the field"; alone
 *   a/n        "specifies increments": from a on, every n, where a may be a range or *. n is 1 or more, and within
 *              the field
 *   ?          "specifies any": in exactly one of the two fields of days. "If you specify a value (or a *) in one of
 *              the fields, you must use a ? in the other"
 *   L          "specifies the last day of the month or week": alone; the last day of the week is 7, Saturday
 *   5L         the last of that day of the week in the month: the page's example 6L is "the last Friday of each month"
 *   3W         "the weekday closest to the third day of the month", in the same month: alone, and of a day that each
 *              month has (1 to 28). The page has no closest weekday of a day that isn't there, so that 31W is refused
 *   LW         the last weekday of the month: not on the page, which has each of the letters
 *   3#2        "the second Tuesday of the month": 1 to 5. "If you use a '#' character, you can define only one
 *              expression in the day-of-week field. For example, 3#1,6#3 is not valid"
 *   names      three letters in any case, wherever a value may be
 *   year       a year before FIRST_YEAR is a valid value, but past: an expression with no other is never due
 */
import { showValue, TickoverError } from '../../text/index.ts';
import type { DayRule } from './days.ts';

/** The values that a cron expression names; arrays are in ascending order. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly days: DayRule;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** The names of the field's values (such as `JAN`), beginning with the name of `least`. */
  readonly names?: readonly string[];
  readonly hasSteps: boolean;
  readonly digits: RegExp;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
/** The first and the last year that AWS accepts in a cron expression. */
export const [EARLIEST_YEAR, LATEST_YEAR] = [1970, 2199] as const;

const TWO_DIGITS = /^\d{1,2}$/;
const FIELDS = {
  minutes: { name: 'minutes', least: 0, most: 59, hasSteps: true, digits: TWO_DIGITS },
  hours: { name: 'hours', least: 0, most: 23, hasSteps: true, digits: TWO_DIGITS },
  day: { name: 'day of month', least: 1, most: 31, hasSteps: true, digits: TWO_DIGITS },
  month: { name: 'month', least: 1, most: 12, names: MONTHS, hasSteps: true, digits: TWO_DIGITS },
  weekday: { name: 'day of week', least: 1, most: 7, names: WEEKDAYS, hasSteps: false, digits: /^\d$/ },
  year: { name: 'year', least: EARLIEST_YEAR, most: LATEST_YEAR, hasSteps: true, digits: /^\d{4}$/ },
} as const satisfies Record<string, Field>;

/**
 * Thrown for a cron expression that EventBridge Scheduler's documentation doesn't allow. The message names the field
 * and what it accepts, or a rule about several fields.
 */
export class CronError extends TickoverError {
  override readonly name = 'CronError';
  readonly code = 'cron-unreadable';
}

/**
 * The fields of a cron expression, in capitals. Joined by single spaces, the fields are the expression that Tickover
 * passes to AWS.
 */
export function splitCron(cron: string): string[] {
  return cron.trim().toUpperCase().split(/\s+/);
}

/**
 * Reads a cron expression.
 * @throws CronError if AWS would refuse the expression, or if AWS's documentation doesn't mention its syntax
 */
export function readCron(cron: string): CronFields {
  const fields = splitCron(cron);
  const [minutes = '', hours = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) {
    throw new CronError('six fields are needed: minutes, hours, day of month, month, day of week, year');
  }
  if ((day === '?') === (weekday === '?')) throw new CronError('one of day of month and day of week has to be ?');
  return {
    minutes: valuesOf(FIELDS.minutes, minutes),
    hours: valuesOf(FIELDS.hours, hours),
    months: new Set(valuesOf(FIELDS.month, month)),
    years: new Set(valuesOf(FIELDS.year, year)),
    days: day === '?' ? weekdayRule(weekday) : monthDayRule(day),
  };
}

/** The highest day that occurs in every month. */
const LAST_COMMON_DAY = 28;

function monthDayRule(text: string): DayRule {
  const field = FIELDS.day;
  if (text === 'L') return { kind: 'last' };
  if (text === 'LW') return { kind: 'last-workday' };
  const closest = /^(.+)W$/.exec(text)?.[1];
  if (closest === undefined) return { kind: 'days', days: new Set(valuesOf(field, text)) };
  const day = TWO_DIGITS.test(closest) ? Number(closest) : 0;
  if (day >= 1 && day <= LAST_COMMON_DAY) return { kind: 'closest-workday', day };
  throw refused(field, text, `W alone behind a day that each month has, 1 to ${LAST_COMMON_DAY}, or LW`);
}

function weekdayRule(text: string): DayRule {
  const field = FIELDS.weekday;
  if (text === 'L') return { kind: 'weekdays', weekdays: new Set([7]) };
  const last = /^([^,]+)L$/.exec(text)?.[1];
  if (last !== undefined) return { kind: 'last-weekday', weekday: oneValue(field, last, text) };
  if (!text.includes('#')) return { kind: 'weekdays', weekdays: new Set(valuesOf(field, text)) };
  const [, weekday = '', nth = ''] = /^([^#,]+)#([1-5])$/.exec(text) ?? [];
  if (nth === '') throw refused(field, text, 'only one expression with #, which a number from 1 to 5 follows');
  return { kind: 'nth-weekday', weekday: oneValue(field, weekday, text), nth: Number(nth) };
}

function valuesOf(field: Field, text: string): number[] {
  if (text === '*') return range(field.least, field.most);
  const values = new Set(text.split(',').flatMap((item) => itemValues(field, item, text)));
  return [...values].sort((one, other) => one - other);
}

function itemValues(field: Field, item: string, whole: string): number[] {
  const [base = '', step, ...more] = item.split('/');
  if (more.length > 0) throw refused(field, whole);
  if (step === undefined) return spanOf(field, base, whole);
  if (!field.hasSteps) throw refused(field, whole, 'no steps, which AWS has not in this field');
  const every = /^\d{1,4}$/.test(step) ? Number(step) : 0;
  if (every < 1 || every > field.most - field.least) {
    throw refused(field, whole, `a step from 1 to ${field.most - field.least}`);
  }
  const span =
    base === '*' || !base.includes('-') ? range(firstOf(field, base, whole), field.most) : spanOf(field, base, whole);
  return span.filter((_, index) => index % every === 0);
}

function firstOf(field: Field, base: string, whole: string): number {
  return base === '*' ? field.least : oneValue(field, base, whole);
}

/** The values of a text without comma and step: one value, or a range such as `1-5`. */
function spanOf(field: Field, text: string, whole: string): number[] {
  const ends = text.split('-');
  const [from = 0, to = from] = ends.map((end) => oneValue(field, end, whole));
  if (ends.length > 2) throw refused(field, whole);
  if (from > to) throw refused(field, whole, 'a range from the smaller to the larger value, or two ranges in a list');
  return range(from, to);
}

function oneValue(field: Field, text: string, whole: string): number {
  const named = field.names?.indexOf(text) ?? -1;
  const value = field.digits.test(text) ? Number(text) : Number.NaN;
  if (named >= 0) return field.least + named;
  if (value >= field.least && value <= field.most) return value;
  throw refused(field, whole);
}

function refused({ name, least, most, names }: Field, text: string, expected?: string): CronError {
  const values = `values from ${least} to ${most}${names === undefined ? '' : ` or ${names[0]} to ${names.at(-1)}`}`;
  return new CronError(`${name}: expected ${expected ?? values}, got ${showValue(text)}`);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
