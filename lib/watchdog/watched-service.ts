import * as z from 'zod';
import {
  cronFault,
  InvalidOptionsError,
  limitFaults,
  type Policy,
  type Punctuality,
  type Schedule,
} from '../rules/index.ts';
import { latenessTolerance, type Service } from '../service/index.ts';
import { cut, showValue, withoutUndefined } from '../text/index.ts';

/** A service that the watchdog judges, with its schedule. */
export interface WatchedService extends Punctuality {
  readonly name: string;
  /** The number of failures in a row from which the service has the trouble `unhealthy`. */
  readonly consecutive: number;
  /** The longest interval of a backoff, in milliseconds. @default none */
  readonly maxInterval?: number;
  /** The Lambda function of the service, for the commands in notices. @default the service runs on one machine */
  readonly deployed?: DeployedFunction;
}

/** A deployed Lambda function, by its CloudFormation stack. */
export interface DeployedFunction {
  readonly stack: string;
  /** The logical id of the function in its stack. */
  readonly logicalId: string;
  /** The name of the group of services that share the function; absent if the function has only this service. */
  readonly group?: string;
  /** The name of the function. @default it isn't known before the deploy */
  readonly function?: string;
}

/** The name of the environment variable that lists the watched services as a JSON array. */
export const WATCHED_VARIABLE = 'TICKOVER_WATCHED';

/** Returns the parts of a service that the watchdog needs to judge it. */
export function watchedServiceOf(
  service: Pick<Service, 'name' | 'schedule' | 'timeout' | 'leaseMargin'> & { readonly policy: Policy },
  deployed?: DeployedFunction,
): WatchedService {
  const { name, schedule, policy } = service;
  const { interval, cron, timezone } = schedule;
  return withoutUndefined({
    name,
    schedule: withoutUndefined({ interval, cron, timezone }) as Schedule,
    tolerance: latenessTolerance(service),
    consecutive: policy.consecutive,
    maxInterval: policy.maxInterval,
    deployed,
  });
}

/** Returns the environment variable with these services, for a watchdog on one machine. */
export function watchdogVariables(services: readonly Service[]): Record<string, string> {
  return { [WATCHED_VARIABLE]: JSON.stringify(services.map((service) => watchedServiceOf(service))) };
}

const duration = z.number().positive();
const schedule = z
  .strictObject({ interval: duration, cron: z.string().optional(), timezone: z.string().optional() })
  .refine(({ cron, timezone }) => cron === undefined || cronFault(cron, timezone ?? 'UTC') === undefined);
const entry = z.strictObject({
  name: z.string().refine((name) => limitFaults('name', name).length === 0),
  schedule,
  tolerance: duration,
  consecutive: z.int().positive(),
  maxInterval: duration.optional(),
  deployed: z
    .strictObject({
      ...{ stack: z.string(), logicalId: z.string() },
      ...{ group: z.string().optional(), function: z.string().optional() },
    })
    .optional(),
});
const list = z.array(entry).refine((all) => new Set(all.map(({ name }) => name)).size === all.length);

/**
 * Returns the services in the variable `TICKOVER_WATCHED`, in the order of their names; an empty list if it is missing
 * or empty.
 * @throws InvalidOptionsError if the variable is no valid list
 */
export function parseWatchedServices(env: Readonly<Record<string, string | undefined>>): readonly WatchedService[] {
  const text = env[WATCHED_VARIABLE]?.trim() ?? '';
  if (text === '') return [];
  const parsed = list.safeParse(parsedJson(text));
  if (parsed.success) return inOrder(parsed.data as readonly WatchedService[]);
  const at = cut(parsed.error.issues[0]?.path.join('.') ?? '', 100);
  const expected = 'expected [{"name", "schedule": {"interval"}, "tolerance", "consecutive"}, ...], each name once';
  throw new InvalidOptionsError('watch-services', [
    `${WATCHED_VARIABLE}${at === '' ? '' : `.${at}`}: ${expected}, got ${cut(showValue(text), 200)}`,
  ]);
}

export function inOrder(services: readonly WatchedService[]): readonly WatchedService[] {
  return services.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
