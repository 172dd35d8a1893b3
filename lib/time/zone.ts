/** Time zones and the calendar: the wall clock of a zone, and the days that it counts. */
import { DAY } from './duration.ts';

/** A day of the calendar. */
export interface CalendarDay {
  readonly year: number;
  /** 1 for January. */
  readonly month: number;
  readonly day: number;
  /** 1 for Sunday, as AWS counts. */
  readonly weekday: number;
  readonly daysInMonth: number;
}

/** The day that is so many days after 1970-01-01. */
export function calendarDay(dayNumber: number): CalendarDay {
  const date = new Date(dayNumber * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { year, month, day: date.getUTCDate(), weekday: date.getUTCDay() + 1, daysInMonth };
}

/** How many days after 1970-01-01 the day is. */
export function dayNumberOf(year: number, month: number, day: number): number {
  return Math.floor(Date.UTC(year, month - 1, day) / DAY);
}

/** How far the wall clock of the zone is ahead of UTC at the instant, in milliseconds. */
export function zoneOffset(timezone: string, instant: number): number {
  if (timezone === 'UTC') return 0;
  const [month = 1, day = 1, year = 1970, ...time] =
    wallClock(timezone).format(instant).match(/\d+/g)?.map(Number) ?? [];
  const [hour = 0, minute = 0, second = 0] = time;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(instant / 1_000) * 1_000;
}

/** Making one costs far more than using it. */
const wallClocks = new Map<string, Intl.DateTimeFormat>();

function wallClock(timezone: string): Intl.DateTimeFormat {
  let clock = wallClocks.get(timezone);
  if (clock === undefined) {
    const [number, digits] = ['numeric', '2-digit'] as const;
    const day = { year: number, month: number, day: number };
    const time = { hour: digits, minute: digits, second: digits, hourCycle: 'h23' } as const;
    clock = new Intl.DateTimeFormat('en-US', { ...day, ...time, timeZone: timezone });
    wallClocks.set(timezone, clock);
  }
  return clock;
}

/** Words of names of zones that are written in capitals, and those that are written small. */
const CAPITALS = new Set('ACT GMT GMT0 IN LHI NSW UCT US UTC'.split(' '));
const SMALL = new Set(['au', 'es', 'of']);

/** The names of the IANA database without an area. JavaScript knows Java's as well, such as `ACT` and `PST`. */
const SINGLE = new Set(
  [
    'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran',
    'Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK',
    'Singapore Turkey UCT UTC Universal W-SU WET Zulu',
  ].flatMap((names) => names.split(' ')),
);
/** Names that the IANA database had once, and that JavaScript still knows. */
const DROPPED = /^(?:SystemV\/.*|US\/Pacific-New|Canada\/East-Saskatchewan)$/;

/**
 * Whether it is the name of a time zone in the IANA database, in the case in which it is written there: AWS knows no
 * other names, though JavaScript does. An alias that the database has (a link, such as `US/Pacific`) is as good as the
 * name that it stands for, and is handed on as it is written. Names that the database doesn't have are none, even where
 * JavaScript has them: Java's short ones (`ACT`, `PST`), and those that the database has dropped.
 */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || !/^[A-Z][\w+-]*(\/[\w+-]+){0,2}$/i.test(name)) return false;
  try {
    const known = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    if (!name.includes('/')) return SINGLE.has(name);
    if (DROPPED.test(name)) return false;
    // For an older name JavaScript returns a newer one: the case of the older can only be judged word by word.
    if (known.toLowerCase() === name.toLowerCase()) return known === name;
    return name.split(/[/_-]/).every(isWrittenAsListed);
  } catch {
    return false;
  }
}

function isWrittenAsListed(word: string): boolean {
  if (CAPITALS.has(word.toUpperCase())) return CAPITALS.has(word);
  return SMALL.has(word) || /^(\d*|GMT\+?\d+|([A-Z][a-z]+)+|DumontDUrville)$/.test(word);
}
