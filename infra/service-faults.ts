/**
 * The faults of a service that can't be deployed. Pure. Synth refuses a service that AWS would refuse or that would
 * never work there, and names every fault. `defineService` refuses most of them, but a service may be made without it.
 */
import {
  cronFault,
  cronFaults,
  LIMITS,
  type Limit,
  limitFaults,
  optionFault,
  type Schedule,
} from '../lib/rules/index.ts';
import { invocationTimeout, longestTimeout, type Service } from '../lib/service/index.ts';
import { showValue } from '../lib/text/index.ts';
import { HOUR, inSeconds, SECOND } from '../lib/time/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import { longestQuiet } from './longest-gap.ts';
import { scheduleFault } from './schedule-expression.ts';

/** A service about to be deployed. */
export interface Deployment {
  readonly service: Service;
  /** The file that exports the handler. */
  readonly entry: string;
  /** Megabytes. */
  readonly memorySize: number;
  /** Environment variables of the service's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The outside world, as far as a fault depends on it. */
export interface Surroundings {
  readonly fileExists: (path: string) => boolean;
}

const VARIABLE = /^[A-Za-z][A-Za-z0-9_]+$/;
/** Variables that the stack or Lambda sets: a service's own value would be lost, or break it. */
const TAKEN =
  /^(TICKOVER_(TABLE|BUILD|INTERVAL|METRICS_NAMESPACE|DETAILED_METRICS)|NODE_OPTIONS|LAMBDA_.*|AWS_(?!SDK_|RETRY_MODE|MAX_ATTEMPTS).*)$/;
const LARGEST_ENVIRONMENT = 3_500;

/** Every fault of one service, each as `option: expected ..., got ...`; none for one that can be deployed. */
export function serviceFaults(deployment: Deployment, { fileExists }: Surroundings): string[] {
  const { service, entry, memorySize } = deployment;
  return [
    ...limitFaults('name', service.name),
    ...timeFaults(service),
    ...scheduleFaults(service),
    ...watchdogFaults(service),
    ...optionFault(fileExists(entry), 'entry', 'a file that exports a handler', showValue(entry)),
    ...limitFaults('memorySize', memorySize),
    ...environmentFaults(deployment.environment),
  ];
}

/**
 * The names that are there more than once, each as `name: expected ..., got ...`: services of one name share state or
 * metrics.
 */
export function nameTwiceFaults(names: readonly string[]): string[] {
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `name: expected one service of each name, got '${name}' twice`);
}

/** The variables of a service's own that the stack sets for it, each as `option: expected ..., got ...`. */
export function overwrittenFaults(own: Deployment['environment'], set: Deployment['environment']): string[] {
  return Object.keys(own).flatMap((name) => ownVariable(name, !Object.hasOwn(set, name)));
}

function ownVariable(name: string, isOwn: boolean): string[] {
  return optionFault(isOwn, `environment.${name}`, "a variable of the service's own", 'one that is set for it');
}

/** A service that `defineService` didn't make may have any times. Lambda counts its timeout in seconds. */
function timeFaults(service: Service): string[] {
  const { schedule, timeout, reserve } = service;
  const limit: Limit = {
    ...LIMITS.timeout,
    least: SECOND,
    most: longestTimeout(schedule),
    expected: `a duration of {least} or more, up to {most}${besidesSlots(schedule)}`,
  };
  const judged = (option: 'timeout' | 'maxDuration' | 'leaseMargin', own: Limit = LIMITS[option]) =>
    limitFaults(option, service[option], {
      limit: own,
      bounds: { 'timeout less reserve': timeout - reserve },
      got: `${inSeconds(service[option])} s`,
    });
  return [...judged('timeout', limit), ...judged('maxDuration'), ...judged('leaseMargin')];
}

function besidesSlots(schedule: Schedule): string {
  const besides = invocationTimeout({ schedule, timeout: 0 });
  return besides === 0 ? '' : `, since a firing with several slots needs ${inSeconds(besides)} s besides`;
}

function scheduleFaults({ schedule }: Service): string[] {
  const { cron, timezone } = schedule;
  const inexpressible = scheduleFault(schedule);
  return [
    ...(inexpressible === undefined ? [] : [inexpressible]),
    ...(cron === undefined ? [] : cronFaults(cron, timezone)),
  ];
}

/** Only the alarm on its silence shows that the watchdog ended, and that alarm needs ticks less than an hour apart. */
function watchdogFaults({ name, schedule }: Service): string[] {
  const { cron, timezone = 'UTC', interval } = schedule;
  if (name !== WATCHDOG || (cron !== undefined && cronFault(cron, timezone) !== undefined)) return [];
  return optionFault(
    longestQuiet(schedule) < HOUR,
    cron === undefined ? 'interval' : 'cron',
    'ticks less than 3600 s apart, since nothing watches the watchdog',
    cron === undefined ? `${inSeconds(interval)} s` : showValue(cron),
  );
}

function environmentFaults(environment: Deployment['environment']): string[] {
  const entries = Object.entries(environment);
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([name]) =>
      optionFault(VARIABLE.test(name), `environment.${name}`, 'a letter, then letters, digits and _', showValue(name)),
    ),
    ...entries.flatMap(([name]) => ownVariable(name, !TAKEN.test(name))),
    ...optionFault(
      size <= LARGEST_ENVIRONMENT,
      'environment',
      `at most ${LARGEST_ENVIRONMENT} bytes, since Lambda takes 4096 in all`,
      `${size} bytes`,
    ),
  ];
}
