/**
 * The description of a watched service, and its form in an environment variable. On Lambda all variables of a function
 * together have 4 KB, so the form is short: `{"nightly":[86400000,115000,"0 3 * * ? *","Europe/Berlin"]}`. By name, it
 * gives interval and grace (in milliseconds), cron expression and time zone.
 */
import * as z from 'zod';
import { cronFault, flexibleWindow, InvalidOptionsError, type Schedule } from '../rules/index.ts';
import { invocationTimeout, SCHEDULER_PRECISION, type Service } from '../service/index.ts';
import { cut, showValue, withoutUndefined } from '../text/index.ts';

/** A service that the watchdog judges. */
export interface WatchedService {
  readonly name: string;
  readonly schedule: Schedule;
  /** The longest time from the due time of a tick to its end, in milliseconds. */
  readonly grace: number;
}

/** The environment variable that lists the watched services. */
export const WATCHED_VARIABLE = 'TICKOVER_WATCHED';

/** The largest number of services whose memory fits into the watchdog's cursor. */
const MOST_WATCHED = 500;

/**
 * Describes the service for the watchdog. Its grace is the sum of Scheduler's precision, the flexible window (whole
 * minutes of jitterRange × interval), the length of one invocation, and the lease margin.
 */
export function watchedServiceOf(service: Service): WatchedService {
  const { name, schedule, policy, leaseMargin } = service;
  const window = flexibleWindow(schedule, policy.jitterRange);
  return { name, schedule, grace: SCHEDULER_PRECISION + window + invocationTimeout(service) + leaseMargin };
}

/** The environment variables that list the watched services. */
export function watchdogVariables(services: readonly Service[]): Record<string, string> {
  const entries = services.map(watchedServiceOf).map(({ name, schedule: { interval, cron, timezone }, grace }) => {
    return [name, cron === undefined ? [interval, grace] : [interval, grace, cron, timezone ?? 'UTC']];
  });
  return { [WATCHED_VARIABLE]: JSON.stringify(Object.fromEntries(entries)) };
}

const duration = z.number().positive();
const entry = z.union([
  z.tuple([duration, duration]),
  z
    .tuple([duration, duration, z.string(), z.string()])
    .refine(([, , cron, zone]) => cronFault(cron, zone) === undefined),
]);
const list = z.record(z.string().min(1).max(64), entry);

/**
 * Reads the watched services from the environment, in the order of their names; none if the variable is missing or
 * empty.
 * @throws InvalidOptionsError which names the expected and the given value
 */
export function parseWatchedServices(env: Readonly<Record<string, string | undefined>>): readonly WatchedService[] {
  const text = env[WATCHED_VARIABLE]?.trim() ?? '';
  if (text === '') return [];
  const parsed = list.safeParse(parsedJson(text));
  if (!parsed.success) {
    const at = cut(parsed.error.issues[0]?.path.slice(0, 1).join() ?? '', 100);
    throw refusal(
      `${at === '' ? '' : `.${at}`}: expected {"<name>": [interval, grace] or [interval, grace, cron, time zone]}`,
      text,
    );
  }
  const entries = Object.entries(parsed.data);
  if (entries.length > MOST_WATCHED) {
    throw refusal(`: expected at most ${MOST_WATCHED} services`, String(entries.length));
  }
  return entries
    .map(([name, [interval, grace, cron, timezone]]) => {
      return { name, schedule: withoutUndefined({ interval, cron, timezone }), grace };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(expectation: string, got: string): InvalidOptionsError {
  return new InvalidOptionsError('watch-services', [
    `${WATCHED_VARIABLE}${expectation}, got ${cut(showValue(got), 200)}`,
  ]);
}
