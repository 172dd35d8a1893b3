import ms from 'ms';

/**
 * A duration as a person writes it: a text such as `'90s'` or `'5m'` (of the package `ms`), or a number of
 * milliseconds. The options of a service refuse a number that isn't whole seconds, since its author may have meant
 * seconds.
 */
export type Duration = number | `${number}` | `${number}${AnyCase<Unit>}` | `${number} ${AnyCase<Unit>}`;

/** The units of a duration, each in singular, plural and its short forms. */
type Unit =
  | ('Years' | 'Year' | 'Yrs' | 'Yr' | 'Y')
  | ('Weeks' | 'Week' | 'W')
  | ('Days' | 'Day' | 'D')
  | ('Hours' | 'Hour' | 'Hrs' | 'Hr' | 'H')
  | ('Minutes' | 'Minute' | 'Mins' | 'Min' | 'M')
  | ('Seconds' | 'Second' | 'Secs' | 'Sec' | 's')
  | ('Milliseconds' | 'Millisecond' | 'Msecs' | 'Msec' | 'Ms');

type AnyCase<Text extends string> = Text | Uppercase<Text> | Lowercase<Text>;

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Reads a duration as whole milliseconds; a number is taken as milliseconds. Returns `undefined` for anything else,
 * such as a text without a unit.
 */
export function parseDuration(written: unknown): number | undefined {
  if (typeof written === 'number') return Number.isFinite(written) ? Math.round(written) : undefined;
  if (typeof written !== 'string' || !/[a-z]\s*$/i.test(written) || written.length > 100) return undefined;
  const parsed: number | undefined = ms(written as ms.StringValue);
  return Number.isFinite(parsed) ? Math.round(parsed) : undefined;
}

/**
 * The end of a message that refuses a duration with an unclear unit: ` (write '5s' or '5ms')`. The unit is unclear in a
 * number of milliseconds that isn't whole seconds, and in a text without a unit. For any other value the result is an
 * empty text.
 */
export function unitHint(written: unknown): string {
  const isUnclear =
    typeof written === 'number'
      ? Number.isFinite(written) && written > 0 && written % SECOND !== 0
      : typeof written === 'string' && /^\s*\d{1,20}(\.\d{1,20})?\s*$/.test(written);
  const amount = String(written).trim();
  return isUnclear ? ` (write '${amount}s' or '${amount}ms')` : '';
}

/** A number of milliseconds as seconds, in a text such as `2` or `1.5`. */
export function inSeconds(milliseconds: number): string {
  return String(milliseconds / SECOND);
}

/** A number of milliseconds as a short, rounded text for people, such as `850ms`, `2.4s`, `5m`, `26h` or `365d`. */
export function briefly(milliseconds: number): string {
  if (milliseconds < SECOND) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 100 * SECOND) return `${Number((milliseconds / SECOND).toFixed(1))}s`;
  if (milliseconds < 100 * MINUTE) return `${Math.round(milliseconds / MINUTE)}m`;
  if (milliseconds < 100 * HOUR) return `${Math.round(milliseconds / HOUR)}h`;
  return `${Math.round(milliseconds / DAY)}d`;
}
