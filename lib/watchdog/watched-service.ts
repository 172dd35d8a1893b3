/**
 * What the watch is told of a service, and how it is written into an environment variable. A function's whole environment
 * holds 4 KB on Lambda, hence the short form: `{"nightly":[86400000,115000,"0 3 * * ? *","Europe/Berlin"]}`, that is
 * interval, grace (both in milliseconds), cron expression and time zone by name.
 */
import * as z from 'zod';
import { cronFault, hasSlots, InvalidOptionsError, type Schedule } from '../rules/index.ts';
import { invocationTimeout, SCHEDULER_PRECISION, type Service } from '../service/index.ts';
import { cut, showValue } from '../text/index.ts';
import { MINUTE } from '../time/index.ts';

/** A service that is watched. */
export interface WatchedService {
  readonly name: string;
  readonly schedule: Schedule;
  /** How long after its due time a tick may still be on its way, in milliseconds. */
  readonly grace: number;
}

/** The environment variable that lists what is watched. */
export const WATCHED_VARIABLE = 'TICKOVER_WATCHED';

/** What the watch remembers of each fits its cursor up to here. */
const MOST_WATCHED = 500;

/**
 * What the watch needs to know of the service. Its grace is Scheduler's precision, its flexible window (whole minutes of
 * jitterRange × interval), one invocation, and what the lease lasts longer.
 */
export function watchedServiceOf(service: Service): WatchedService {
  const { name, schedule, policy, leaseMargin } = service;
  const spread = hasSlots(schedule) ? 0 : (policy.jitterRange ?? 0) * policy.interval;
  const window = Math.floor(spread / MINUTE) * MINUTE;
  return { name, schedule, grace: SCHEDULER_PRECISION + window + invocationTimeout(service) + leaseMargin };
}

/** The environment variables that make a watch of these services. */
export function watchdogVariables(services: readonly Service[]): Record<string, string> {
  const entries = services.map(watchedServiceOf).map(({ name, schedule: { interval, cron, timezone }, grace }) => {
    const toJson = [interval, grace];
    return [name, cron === undefined ? toJson : [...toJson, cron, timezone ?? 'UTC']] as const;
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
 * The watched services in the environment, in the order of their names; none where the variable is unset or empty.
 * @throws InvalidOptionsError naming what was expected and what came
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
  if (entries.length > MOST_WATCHED)
    throw refusal(`: expected at most ${MOST_WATCHED} services`, String(entries.length));
  return entries
    .map(([name, [interval, grace, cron, timezone]]) => ({
      name,
      schedule: { interval, ...(cron === undefined ? {} : { cron, timezone: timezone ?? 'UTC' }) },
      grace,
    }))
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
