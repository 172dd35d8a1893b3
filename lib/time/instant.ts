/** Instants: epoch milliseconds in code, ISO 8601 in UTC for people and other systems. */

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** The last instant that a date can represent. */
export const LAST_INSTANT = 8.64e15;

/** The instant in ISO 8601 with milliseconds, in UTC. */
export function toIso(instant: number): string {
  return new Date(instant).toISOString();
}

/** The instant as a `Date`, for a package that wants one. */
export function toDate(instant: number): Date {
  return new Date(instant);
}

/** The time of day in UTC, `12:04:05`, for a line on a screen. */
export function timeOfDay(instant: number): string {
  return toIso(instant).slice(11, 19);
}

/**
 * Epoch milliseconds of an ISO 8601 date and time with a zone, or `undefined` if it is anything else. A time without a
 * zone is refused, since it would mean another instant on another machine. A finer time is cut to milliseconds.
 */
export function parseInstant(written: unknown): number | undefined {
  if (typeof written !== 'string' || !ISO.test(written)) return undefined;
  const parsed = Date.parse(written);
  return Number.isNaN(parsed) || !isOnCalendar(written.slice(0, 10)) ? undefined : parsed;
}

/**
 * Likewise, but a finer time than milliseconds is rounded up to the next one: whoever waits for it must not be early.
 */
export function parseInstantUp(written: unknown): number | undefined {
  const instant = parseInstant(written);
  const isFiner = instant !== undefined && /\.\d{3}0*[1-9]/.test(String(written));
  return isFiner ? instant + 1 : instant;
}

/** A 30th of February would be read as the 2nd of March. */
function isOnCalendar(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && toIso(midnight).startsWith(day);
}

/**
 * Epoch milliseconds of an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110); `undefined` for any other text. The
 * check is needed, since JavaScript accepts `-5` as a date.
 */
export function parseHttpDate(written: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8}, .{1,40} GMT$/.test(written)) return undefined;
  const parsed = Date.parse(written);
  return Number.isNaN(parsed) ? undefined : parsed;
}
