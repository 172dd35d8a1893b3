/**
 * An evaluator of cron expressions that shares no code with the product: it walks through time minute by minute, reads
 * the wall clock, and asks each field for itself. A wall time that was shown before is not due again.
 */

const MINUTE = 60_000;
/** Every zone changes its clock on a whole quarter of an hour. */
const QUARTER = 15 * MINUTE;
const WEEK = 7 * 24 * 60 * MINUTE;

/** A stretch of time: its beginning belongs to it, its end doesn't. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The offset of the zone's wall clock. */
function offsets(timezone: string): (instant: number) => number {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  return (instant) => Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`) - instant;
}

/** Whether the zone has the same offset each week of the stretch. */
export function neverChanges(timezone: string, { from, to }: Stretch): boolean {
  const offsetAt = offsets(timezone);
  const weeks = Array.from({ length: Math.floor((to - from) / WEEK) }, (_, week) => offsetAt(from + week * WEEK));
  return new Set(weeks).size === 1;
}

/** The wall clock of a zone, as a table of its offsets by quarters of an hour. */
export class WallClock {
  readonly #from: number;
  readonly #offsets: Int32Array;

  constructor(timezone: string, { from, to }: Stretch) {
    this.#from = from;
    this.#offsets = new Int32Array(Math.ceil((to - from) / QUARTER));
    const offsetAt = offsets(timezone);
    this.#fill((index) => offsetAt(from + index * QUARTER));
  }

  /** Days whose two ends have the same offset have no change; the others are read quarter by quarter. */
  #fill(offsetAt: (index: number) => number): void {
    const last = this.#offsets.length - 1;
    for (let index = 0; index <= last; index += 96) {
      const end = Math.min(index + 96, last);
      const [one, other] = [offsetAt(index), offsetAt(end)];
      for (let each = index; each <= end; each++) this.#offsets[each] = one === other ? one : offsetAt(each);
    }
  }

  /** The wall time, counted as if it were UTC. */
  at(instant: number): number {
    return instant + (this.#offsets[Math.floor((instant - this.#from) / QUARTER)] ?? Number.NaN);
  }

  /** The instants at which the clock was set forward or back. */
  changes(): number[] {
    const at = (index: number) => this.#from + index * QUARTER;
    return [...this.#offsets.keys()]
      .filter((index) => index > 0 && this.#offsets[index] !== this.#offsets[index - 1])
      .map(at);
  }
}

type Asks = (date: Date) => boolean;

const NAMES = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

function number(text: string): number {
  if (NAMES.includes(text)) return NAMES.indexOf(text) + 1;
  return DAYS.includes(text) ? DAYS.indexOf(text) + 1 : Number.parseInt(text, 10);
}

/** Whether a list has the value. A star with a step begins at 0, since only minutes and hours have one here. */
function has(field: string, value: number): boolean {
  return field === '*' || field.split(',').some((item) => itemHas(item, value));
}

function itemHas(item: string, value: number): boolean {
  const [, from = '', to, step] = /^([^-/]+)(?:-([^/]+))?(?:\/(.+))?$/.exec(item) ?? [];
  const start = from === '*' ? 0 : number(from);
  const openEnd = step === undefined ? start : Number.POSITIVE_INFINITY;
  const end = to === undefined ? openEnd : number(to);
  return value >= start && value <= end && (value - start) % Number(step ?? 1) === 0;
}

function isWorkday(date: Date): boolean {
  return date.getUTCDay() % 6 !== 0;
}

function moved(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 86_400_000);
}

function asksDayOfMonth(field: string): Asks {
  const isLast: Asks = (date) => moved(date, 1).getUTCDate() === 1;
  if (field === 'L') return isLast;
  if (field === 'LW') {
    return (date) =>
      isWorkday(date) &&
      [0, 1, 2].some(
        (ahead) => isLast(moved(date, ahead)) && [1, 2].slice(0, ahead).every((n) => !isWorkday(moved(date, n))),
      );
  }
  if (field.endsWith('W')) {
    const wanted = number(field.slice(0, -1));
    // The nearest by hand: the day itself, then one away, then two, in the same month.
    return (date) => {
      const target = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), wanted));
      const nearest = [0, -1, 1, -2, 2]
        .map((away) => moved(target, away))
        .find((day) => isWorkday(day) && day.getUTCMonth() === date.getUTCMonth());
      return nearest?.getUTCDate() === date.getUTCDate();
    };
  }
  return (date) => has(field, date.getUTCDate());
}

function asksDayOfWeek(field: string): Asks {
  if (field === 'L') return (date) => date.getUTCDay() === 6;
  const isIts: Asks = (date) => date.getUTCDay() + 1 === number(field);
  if (field.endsWith('L')) return (date) => isIts(date) && moved(date, 7).getUTCMonth() !== date.getUTCMonth();
  const [, nth] = field.split('#');
  if (nth === undefined) return (date) => has(field, date.getUTCDay() + 1);
  return (date) => isIts(date) && Math.floor((date.getUTCDate() - 1) / 7) + 1 === Number(nth);
}

/** Whether a wall time is one that the expression names. Each answer about a minute, an hour and a day is kept. */
function asks(expression: string): (wall: number) => boolean {
  const [minutes = '', hours = '', day = '', month = '', weekday = '', year = ''] = expression.toUpperCase().split(' ');
  const isInMonth = day === '?' ? asksDayOfWeek(weekday) : asksDayOfMonth(day);
  const isDay = kept((dayNumber) => {
    const date = new Date(dayNumber * 86_400_000);
    return has(month, date.getUTCMonth() + 1) && has(year, date.getUTCFullYear()) && isInMonth(date);
  });
  const isMinute = kept((minute) => has(minutes, minute));
  const isHour = kept((hour) => has(hours, hour));
  return (wall) => {
    const minute = Math.floor(wall / MINUTE);
    return isMinute(minute % 60) && isHour(Math.floor(minute / 60) % 24) && isDay(Math.floor(minute / 1_440));
  };
}

function kept(ask: (value: number) => boolean): (value: number) => boolean {
  const answers = new Map<number, boolean>();
  return (value) => {
    const answer = answers.get(value) ?? ask(value);
    answers.set(value, answer);
    return answer;
  };
}

/** The due times in a stretch. Times that were shown within the day before it are not due again. */
export function dueByTheMinute(expression: string, clock: WallClock, { from, to }: Stretch): number[] {
  const isNamed = asks(expression);
  const due: number[] = [];
  let latestShown = Number.NEGATIVE_INFINITY;
  for (let instant = from - 86_400_000; instant < to; instant += MINUTE) {
    const wall = clock.at(instant);
    if (wall > latestShown) {
      latestShown = wall;
      if (instant >= from && isNamed(wall)) due.push(instant);
    }
  }
  return due;
}

const DAY = 24 * 60 * MINUTE;

/** The two years in which due times are compared, and a margin around them. */
export const FROM = Date.UTC(2026, 0, 1);
export const TO = Date.UTC(2028, 0, 1);
export const YEARS: Stretch = { from: FROM - 2 * DAY, to: TO + 2 * DAY };

/** The zones that change their clock in these years. */
export const CHANGING = Intl.supportedValuesOf('timeZone').filter((timezone) => !neverChanges(timezone, YEARS));
