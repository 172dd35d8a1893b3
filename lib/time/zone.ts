import { DAY } from './duration.ts';

export interface CalendarDay {
  readonly year: number;
  /** From 1 for January to 12 for December. */
  readonly month: number;
  readonly day: number;
  /** From 1 for Sunday to 7 for Saturday, as AWS counts. */
  readonly weekday: number;
  readonly daysInMonth: number;
}

/** The calendar day that is `dayNumber` days after 1970-01-01. */
export function calendarDay(dayNumber: number): CalendarDay {
  const date = new Date(dayNumber * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { year, month, day: date.getUTCDate(), weekday: date.getUTCDay() + 1, daysInMonth };
}

/** The number of a calendar day: how many days it is after 1970-01-01. */
export function dayNumberOf(year: number, month: number, day: number): number {
  return Math.floor(Date.UTC(year, month - 1, day) / DAY);
}

/** How many milliseconds the wall clock of a time zone is ahead of UTC at `instant`; negative if it is behind. */
export function zoneOffset(timezone: string, instant: number): number {
  if (timezone === 'UTC') return 0;
  const [month = 1, day = 1, year = 1970, ...time] =
    wallClock(timezone).format(instant).match(/\d+/g)?.map(Number) ?? [];
  const [hour = 0, minute = 0, second = 0] = time;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(instant / 1_000) * 1_000;
}

/** The formatters of `wallClock`, by time zone. They are kept, since making one costs far more than using it. */
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

/**
 * The words in time zone names that the IANA database writes in capitals (`Australia/ACT`). `SMALL` has those in small
 * letters (`Africa/Dar_es_Salaam`).
 */
const CAPITALS = new Set('ACT GMT GMT0 IN LHI NSW UCT US UTC'.split(' '));
const SMALL = new Set(['au', 'es', 'of']);

/**
 * All time zone names of the IANA database without an area (`Europe/Berlin` has the area `Europe`). AWS accepts no
 * other names without an area, but JavaScript does (such as `PST`).
 */
const SINGLE = new Set(
  [
    'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran',
    'Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK',
    'Singapore Turkey UCT UTC Universal W-SU WET Zulu',
  ].flatMap((names) => names.split(' ')),
);
/** Time zone names that the IANA database has dropped, but that JavaScript still accepts. */
const DROPPED = /^(?:SystemV\/.*|US\/Pacific-New|Canada\/East-Saskatchewan)$/;

/**
 * Whether `name` is the name or an alias of a time zone in the IANA database, with the same capital and small letters.
 * AWS accepts no other names, but JavaScript's `Intl.DateTimeFormat` accepts more.
 */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || !/^[A-Z][\w+-]*(\/[\w+-]+){0,2}$/i.test(name)) return false;
  try {
    const known = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    if (!name.includes('/')) return SINGLE.has(name);
    if (DROPPED.test(name)) return false;
    // For an alias JavaScript may return another name. Then the capitals of `name` are checked word by word.
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
