/**
 * Finds the faults of a service that AWS would refuse or that could never work on AWS. `defineService` finds most of
 * these faults already, but a service can be made without it. Pure.
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
import { inSeconds, MINUTE, SECOND } from '../lib/time/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import { longestQuiet } from './longest-gap.ts';
import { scheduleFault } from './schedule-expression.ts';

/** A service that is about to be deployed, with the settings of its function. */
export interface Deployment {
  readonly service: Service;
  /** The path of the file that exports the handler of the service. */
  readonly entry: string;
  /** The memory of the function, in megabytes. */
  readonly memorySize: number;
  /** The environment variables that the user gives the service in the settings or the props. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Whether the service sends metrics to CloudWatch: with the setting `metrics: 'detailed'`, and always for the
   * watchdog.
   */
  readonly emitsMetrics: boolean;
}

/** The access to files that {@link serviceFaults} needs. */
export interface FileSystem {
  readonly fileExists: (path: string) => boolean;
}

const VARIABLE = /^[A-Za-z][A-Za-z0-9_]+$/;
/**
 * The environment variables that the stack or Lambda sets. A value from the user would be lost or would break the
 * function.
 */
const TAKEN =
  /^(TICKOVER_(TABLE|BUILD|INTERVAL|METRICS|METRICS_NAMESPACE|STACK|TOPIC_ARN|EVENT_BUS|WEBHOOK_URL|WEBHOOK_TEMPLATE)|NODE_OPTIONS|LAMBDA_.*|AWS_(?!SDK_|RETRY_MODE|MAX_ATTEMPTS).*)$/;
const LARGEST_ENVIRONMENT = 3_500;
/** The longest allowed time between two ticks of the watchdog, in milliseconds. */
const LONGEST_GAP = 5 * MINUTE;
/** The environment variables by which the library Powertools for AWS Lambda stops writing metrics. */
const METRICS_OFF = ['POWERTOOLS_METRICS_DISABLED', 'POWERTOOLS_DEV'];

/**
 * Returns every fault of one service as `option: expected ..., got ...`; an empty list if the service can be deployed.
 */
export function serviceFaults(deployment: Deployment, { fileExists }: FileSystem): string[] {
  const { service, entry, memorySize } = deployment;
  return [
    ...limitFaults('name', service.name),
    ...timeFaults(service),
    ...scheduleFaults(service),
    ...watchdogFaults(service),
    ...optionFault(fileExists(entry), 'entry', 'a file that exports a handler', showValue(entry)),
    ...limitFaults('memorySize', memorySize),
    ...environmentFaults(deployment.environment),
    ...switchFaults(deployment),
    ...secretFaults(deployment),
  ];
}

/**
 * Returns a fault for each name that occurs more than once. Services of the same name would share their state or their
 * metrics.
 */
export function nameTwiceFaults(names: readonly string[]): string[] {
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `name: expected one service of each name, got '${name}' twice`);
}

/**
 * Returns a fault for each service name that can't be used in one stack with the other names. The name of a
 * CloudFormation output has only letters and digits, so names must differ in these. CDK refuses a name that every
 * JavaScript object inherits, such as `constructor`.
 */
export function constructFaults(names: readonly string[]): string[] {
  return [...inheritedFaults(names), ...outputFaults(names)];
}

function inheritedFaults(names: readonly string[]): string[] {
  return names.flatMap((name) =>
    optionFault(!(name in {}), 'name', "a name that CDK accepts as a construct's", showValue(name)),
  );
}

function outputFaults(names: readonly string[]): string[] {
  const outputOf = (name: string) => name.replaceAll(/[^a-z0-9]/gi, '');
  return [...new Set(names)].flatMap((name, index, all) => {
    const before = all.slice(0, index).find((other) => outputOf(other) === outputOf(name));
    const differs = 'names that differ in letters and digits, since outputs are named by these';
    return optionFault(before === undefined, 'name', differs, `${showValue(before)} and ${showValue(name)}`);
  });
}

/** Returns a fault for each environment variable that both the user (`own`) and the stack (`set`) give the service. */
export function overwrittenFaults(own: Deployment['environment'], set: Deployment['environment']): string[] {
  return Object.keys(own).flatMap((name) => ownVariable(name, !Object.hasOwn(set, name)));
}

function ownVariable(name: string, isOwn: boolean): string[] {
  return optionFault(isOwn, `environment.${name}`, "a variable of the service's own", 'one that is set for it');
}

/**
 * Returns the faults of `timeout`, `maxDuration` and `leaseMargin`. Lambda counts timeouts in seconds, so a timeout
 * must be a second or more.
 */
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

/**
 * Returns a fault if ticks of the watchdog may be more than 5 minutes apart. An alarm fires after 15 minutes without a
 * check by the watchdog, and two lost ticks in a row must not fire that alarm.
 */
function watchdogFaults({ name, schedule }: Service): string[] {
  const { cron, timezone = 'UTC', interval } = schedule;
  if (name !== WATCHDOG || (cron !== undefined && cronFault(cron, timezone) !== undefined)) return [];
  return optionFault(
    longestQuiet(schedule) <= LONGEST_GAP,
    cron === undefined ? 'interval' : 'cron',
    'ticks at most 300 s apart, since its alarm fires after 900 s without one',
    cron === undefined ? `${inSeconds(interval)} s` : showValue(cron),
  );
}

/**
 * Returns a fault for each environment variable that turns off the metrics of a service that sends metrics. The alarms
 * of all services rest on the metrics of the watchdog.
 */
function switchFaults({ environment, emitsMetrics }: Deployment): string[] {
  const found = emitsMetrics ? METRICS_OFF.filter((name) => name in environment) : [];
  return found.map(
    (name) =>
      `environment.${name}: expected none for a service whose metrics are relied on, got ${showValue(environment[name])}`,
  );
}

/** Returns a fault for each variable with the name of a secret, since whoever reads the configuration could read it. */
function secretFaults({ service, environment }: Deployment): string[] {
  return service.secrets.flatMap(({ name }) =>
    optionFault(!Object.hasOwn(environment, name), `environment.${name}`, 'none, since it is a secret', 'one'),
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
      !('POWERTOOLS_LOG_LEVEL' in environment),
      'environment.POWERTOOLS_LOG_LEVEL',
      "the option `logLevel` instead, since Lambda's own level goes before it",
      showValue(environment['POWERTOOLS_LOG_LEVEL']),
    ),
    ...optionFault(
      size <= LARGEST_ENVIRONMENT,
      'environment',
      `at most ${LARGEST_ENVIRONMENT} bytes, since Lambda takes 4096 in all`,
      `${size} bytes`,
    ),
  ];
}
