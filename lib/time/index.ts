export { type Clock, systemClock, timeoutSignal } from './clock.ts';
export { briefly, DAY, type Duration, HOUR, inSeconds, MINUTE, parseDuration, SECOND, unitHint } from './duration.ts';
export {
  LAST_INSTANT,
  parseHttpDate,
  parseInstant,
  parseInstantUp,
  timeOfDay,
  toDate,
  toIso,
  toIsoOrNull,
} from './instant.ts';
export { type Random, systemRandom } from './random.ts';
export { abortable, withTimeLimit } from './time-limit.ts';
export { type CalendarDay, calendarDay, dayNumberOf, isTimeZone, zoneOffset } from './zone.ts';
