/**
 * An evaluator of cron expressions that shares no code with the product: it walks through time minute by minute, reads
 * the wall clock, and asks each field for itself. A wall time that was shown before is not due again.
 */
import { QUARTER, type Stretch, type WallClock } from './wall-clock.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

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

/** The wall times that an expression names. Each answer about a minute, an hour and a day is kept. */
interface Named {
  readonly hasHour: (wall: number) => boolean;
  readonly hasMinute: (wall: number) => boolean;
}

function named(expression: string): Named {
  const [minutes = '', hours = '', day = '', month = '', weekday = '', year = ''] = expression.toUpperCase().split(' ');
  const isInMonth = day === '?' ? asksDayOfWeek(weekday) : asksDayOfMonth(day);
  const isDay = kept((dayNumber) => {
    const date = new Date(dayNumber * DAY);
    return has(month, date.getUTCMonth() + 1) && has(year, date.getUTCFullYear()) && isInMonth(date);
  });
  const isMinute = kept((minute) => has(minutes, minute));
  const isHour = kept((hour) => has(hours, hour));
  return {
    hasHour: (wall) => isHour(Math.floor(wall / (60 * MINUTE)) % 24) && isDay(Math.floor(wall / DAY)),
    hasMinute: (wall) => isMinute(Math.floor(wall / MINUTE) % 60),
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

/**
 * The due times in a stretch. Times that were shown within the day before it are not due again. A quarter of an hour
 * in an hour that is not named is passed over at once: no clock changes within a quarter.
 */
export function dueByTheMinute(expression: string, clock: WallClock, { from, to }: Stretch): number[] {
  const { hasHour, hasMinute } = named(expression);
  const due: number[] = [];
  let latestShown = Number.NEGATIVE_INFINITY;
  for (let quarter = Math.floor(from / QUARTER) * QUARTER - DAY; quarter < to; quarter += QUARTER) {
    const ahead = clock.at(quarter) - quarter;
    const end = hasHour(quarter + ahead) ? Math.min(quarter + QUARTER, to) : quarter;
    for (let instant = Math.max(quarter, from); instant < end; instant += MINUTE) {
      if (instant + ahead > latestShown && hasMinute(instant + ahead)) due.push(instant);
    }
    latestShown = Math.max(latestShown, quarter + QUARTER - MINUTE + ahead);
  }
  return due;
}
