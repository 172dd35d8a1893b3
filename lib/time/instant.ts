const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** The latest instant that a JavaScript `Date` can represent, in epoch milliseconds. */
export const LAST_INSTANT = 8.64e15;

/** The text of an instant in ISO 8601 and UTC, with milliseconds: `2026-01-31T12:04:05.000Z`. */
export function toIso(instant: number): string {
  return new Date(instant).toISOString();
}

/** The text of an instant as {@link toIso} returns it; `null` if there is no instant. */
export function toIsoOrNull(instant: number | undefined): string | null {
  return instant === undefined ? null : toIso(instant);
}

/** The instant as a `Date`, for a package that doesn't take epoch milliseconds. */
export function toDate(instant: number): Date {
  return new Date(instant);
}

/** The time of day of an instant in UTC, such as `12:04:05`, for a line in a terminal. */
export function timeOfDay(instant: number): string {
  return toIso(instant).slice(11, 19);
}

/**
 * Reads an ISO 8601 date and time with a zone as epoch milliseconds; parts of a millisecond are cut off. Returns
 * `undefined` for anything else, such as a time without a zone.
 */
export function parseInstant(written: unknown): number | undefined {
  if (typeof written !== 'string' || !ISO.test(written)) return undefined;
  const parsed = Date.parse(written);
  return Number.isNaN(parsed) || !isOnCalendar(written.slice(0, 10)) ? undefined : parsed;
}

/**
 * Like {@link parseInstant}, but rounds parts of a millisecond up, so that code that waits for the instant isn't early.
 */
export function parseInstantUp(written: unknown): number | undefined {
  const instant = parseInstant(written);
  const isFiner = instant !== undefined && /\.\d{3}0*[1-9]/.test(String(written));
  return isFiner ? instant + 1 : instant;
}

/** Whether a day such as `2026-02-28` exists. JavaScript alone would read the 30th of February as the 2nd of March. */
function isOnCalendar(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && toIso(midnight).startsWith(day);
}

/**
 * Reads an HTTP date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110) as epoch milliseconds. Returns `undefined` for
 * any other text.
 */
export function parseHttpDate(written: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8}, .{1,40} GMT$/.test(written)) return undefined;
  const parsed = Date.parse(written);
  return Number.isNaN(parsed) ? undefined : parsed;
}
