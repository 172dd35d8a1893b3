/**
 * What can't be deployed. Pure: a service that AWS would refuse, or that would never work there, is refused at synth with every
 * fault named. `defineService` refuses most of it already; a service may be made otherwise.
 */
import { cronFault } from '../lib/rules/index.ts';
import { invocationTimeout, LONGEST_INVOCATION, type Service } from '../lib/service/index.ts';
import { showValue } from '../lib/text/index.ts';
import { HOUR, inSeconds, SECOND } from '../lib/time/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import { longestGap } from './longest-gap.ts';
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

/** What the judgement must know of the world. */
export interface Surroundings {
  readonly fileExists: (path: string) => boolean;
}

const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const LONGEST_NAME = 64;
const VARIABLE = /^[A-Za-z][A-Za-z0-9_]+$/;
/** Set by the stack or by Lambda: what a service said of them would be lost, or break it. */
const TAKEN =
  /^(TICKOVER_(TABLE|BUILD|INTERVAL|METRICS_NAMESPACE|DETAILED_METRICS)|NODE_OPTIONS|LAMBDA_.*|AWS_(?!SDK_|RETRY_MODE|MAX_ATTEMPTS).*)$/;
const LARGEST_ENVIRONMENT = 3_500;

/** Every fault of one service, each as `option: expected ..., got ...`; none for one that can be deployed. */
export function serviceFaults(deployment: Deployment, { fileExists }: Surroundings): string[] {
  const { service, entry, memorySize } = deployment;
  return [
    ...nameFaults(service.name),
    ...timeFaults(service),
    ...scheduleFaults(service),
    ...watchdogFaults(service),
    ...expected(fileExists(entry), 'entry', 'a file that exports a handler', showValue(entry)),
    ...expected(
      Number.isInteger(memorySize) && memorySize >= 128 && memorySize <= 10_240,
      'memorySize',
      'whole megabytes from 128 to 10240',
      showValue(memorySize),
    ),
    ...environmentFaults(deployment.environment),
  ];
}

/** The names that are there more than once, each as `name: expected ..., got ...`: services of one name share state or metrics. */
export function nameTwiceFaults(names: readonly string[]): string[] {
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `name: expected one service of each name, got '${name}' twice`);
}

/** The variables of a service's own that the stack sets for it, each as `option: expected ..., got ...`. */
export function overwrittenFaults(own: Deployment['environment'], set: Deployment['environment']): string[] {
  return Object.keys(own).flatMap((name) => ownVariable(name, !Object.hasOwn(set, name)));
}

function ownVariable(name: string, isOwn: boolean): string[] {
  return expected(isOwn, `environment.${name}`, "a variable of the service's own", 'one that is set for it');
}

function expected(holds: boolean, option: string, wanted: string, got: string): string[] {
  return holds ? [] : [`${option}: expected ${wanted}, got ${got}`];
}

function nameFaults(name: string): string[] {
  const bytes = Buffer.byteLength(name);
  return [
    ...expected(NAME.test(name), 'name', 'lower-case letters, digits and dashes', showValue(name)),
    ...expected(bytes <= LONGEST_NAME, 'name', `at most ${LONGEST_NAME} bytes`, `${bytes} bytes`),
  ];
}

function timeFaults(service: Service): string[] {
  const { timeout, reserve, maxDuration, leaseMargin } = service;
  const besides = invocationTimeout(service) - timeout;
  const longest = LONGEST_INVOCATION - besides;
  const because = besides === 0 ? '' : `, since a firing with several slots needs ${inSeconds(besides)} s besides`;
  return [
    ...expected(
      timeout >= SECOND && timeout <= longest,
      'timeout',
      `1 s to ${inSeconds(longest)} s${because}`,
      `${inSeconds(timeout)} s`,
    ),
    ...expected(
      maxDuration > 0 && maxDuration <= timeout - reserve,
      'maxDuration',
      `above 0 and up to timeout less reserve (${inSeconds(timeout - reserve)} s)`,
      `${inSeconds(maxDuration)} s`,
    ),
    ...expected(
      leaseMargin >= 0,
      'leaseMargin',
      `a lease no shorter than the timeout (${inSeconds(timeout)} s)`,
      `a lease of ${inSeconds(timeout + leaseMargin)} s`,
    ),
  ];
}

function scheduleFaults({ schedule }: Service): string[] {
  const { cron, timezone = 'UTC' } = schedule;
  const fault = cron === undefined ? undefined : cronFault(cron, timezone);
  const inexpressible = scheduleFault(schedule);
  return [
    ...(inexpressible === undefined ? [] : [inexpressible]),
    ...expected(
      fault === undefined,
      'cron',
      `an AWS cron expression of six fields in a known time zone (${fault})`,
      showValue(cron),
    ),
  ];
}

/** Its own silence is all that tells of the watchdog's end, and that is told below an hour alone. */
function watchdogFaults({ name, schedule }: Service): string[] {
  const { cron, timezone = 'UTC', interval } = schedule;
  if (name !== WATCHDOG || (cron !== undefined && cronFault(cron, timezone) !== undefined)) return [];
  return expected(
    longestGap(schedule) < HOUR,
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
      expected(VARIABLE.test(name), `environment.${name}`, 'a letter, then letters, digits and _', showValue(name)),
    ),
    ...entries.flatMap(([name]) => ownVariable(name, !TAKEN.test(name))),
    ...expected(
      size <= LARGEST_ENVIRONMENT,
      'environment',
      `at most ${LARGEST_ENVIRONMENT} bytes, since Lambda takes 4096 in all`,
      `${size} bytes`,
    ),
  ];
}
