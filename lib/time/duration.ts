/** Durations: milliseconds in code, words such as `'5m'` where a person writes them, seconds in messages. */
import ms from 'ms';

/**
 * A duration as a person writes it: words of the `ms` package such as `'90s'`, `'5m'`, `'1h'`; or a number of
 * milliseconds. The checks of a service's options refuse a number that isn't whole seconds (such as 5), since its
 * author may have meant seconds ({@link unitHint}).
 */
export type Duration = number | ms.StringValue;

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Reads a duration as whole milliseconds; a number is taken as milliseconds and rounded. Returns `undefined` if
 * `written` is no duration, such as a text without a unit: `'5'` could be seconds or minutes.
 */
export function parseDuration(written: unknown): number | undefined {
  if (typeof written === 'number') return Number.isFinite(written) ? Math.round(written) : undefined;
  if (typeof written !== 'string' || !/[a-z]\s*$/i.test(written) || written.length > 100) return undefined;
  const parsed: number | undefined = ms(written as ms.StringValue);
  return Number.isFinite(parsed) ? Math.round(parsed) : undefined;
}

/**
 * The end of a message that refuses a duration because its unit isn't clear: ` (write '5s' or '5ms')`. The unit isn't
 * clear in a positive number of milliseconds that isn't whole seconds, and in a text that is a number without a unit.
 * For any other value the result is an empty text.
 */
export function unitHint(written: unknown): string {
  const isUnclear =
    typeof written === 'number'
      ? Number.isFinite(written) && written > 0 && written % SECOND !== 0
      : typeof written === 'string' && /^\s*\d{1,20}(\.\d{1,20})?\s*$/.test(written);
  const amount = String(written).trim();
  return isUnclear ? ` (write '${amount}s' or '${amount}ms')` : '';
}

/** Converts milliseconds to seconds, as the text that JavaScript prints for the number: `2`, `1.5`, `0`. */
export function inSeconds(milliseconds: number): string {
  return String(milliseconds / SECOND);
}

/** Converts a number of milliseconds to a short, rounded text for people: `850ms`, `2.4s`, `5m`, `26h`, `365d`. */
export function briefly(milliseconds: number): string {
  if (milliseconds < SECOND) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 100 * SECOND) return `${Number((milliseconds / SECOND).toFixed(1))}s`;
  if (milliseconds < 100 * MINUTE) return `${Math.round(milliseconds / MINUTE)}m`;
  if (milliseconds < 100 * HOUR) return `${Math.round(milliseconds / HOUR)}h`;
  return `${Math.round(milliseconds / DAY)}d`;
}
