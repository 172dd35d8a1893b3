/**
 * The alarms of a service. Pure.
 *
 *   unhealthy     every service but the watchdog: the watchdog finds it in trouble
 *   watchdog      the watchdog alone: its scheduled checks have stopped
 *   throttles     at level 'full': Lambda throttles the function of the service
 *   near-timeout  at level 'full': an invocation takes 90% of the timeout of the function, or more
 *
 * The watchdog notifies people, not the alarms of services. An alarm of a service shows its state in CloudWatch, ends
 * by itself, and has only the actions that the user gives. All of these alarms rest on metrics that are free while the
 * service is healthy.
 */
import { invocationTimeout, type Service } from '../../lib/service/index.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/time/index.ts';
import { longestGap } from '../longest-gap.ts';
import type { AlarmLevel } from '../settings.ts';
import type { AlarmDefinition } from './definition.ts';
import { descriptions, type Subject } from './descriptions.ts';

/** Everything that the alarms of a service need besides the service. */
export interface AlarmsOptions {
  /** The CloudWatch namespace of the watchdog's metrics. */
  readonly namespace: string;
  /** The name of the service's Lambda function. */
  readonly functionName: string;
  readonly level: AlarmLevel;
  /** The group whose function it shares: the alarms on the function are the group's. @default it shares none */
  readonly groupName?: string;
}

/** Everything that the alarms on the function of a group need. */
export interface GroupAlarmsOptions {
  readonly groupName: string;
  readonly functionName: string;
}

/** The name of the watchdog service. */
export const WATCHDOG = 'watch-services';
/** The shortest window of the alarms on deliveries and invocations, in seconds. */
export const WINDOW = 300;
/**
 * The window of the alarms on the watchdog's metrics, in seconds. It is short, since CloudWatch looks further back than
 * the windows of an alarm before it fills in missing samples, by a number of windows that AWS doesn't name.
 */
const SHORT_WINDOW = 60;
/** After how many windows without a check by the watchdog its alarm says that the watchdog has stopped. */
const EMPTY_WINDOWS = 15;
/**
 * For how many windows one sample of trouble keeps the alarm `unhealthy` on, so that the next sample may arrive some
 * minutes late.
 */
const KEPT_WINDOWS = 10;
/**
 * The warm-up of the watchdog's alarm, in minutes. A first deploy may take so long until checks of the watchdog fill
 * the windows.
 */
const WARM_UP = 30;
/** The fraction of the function's timeout that an invocation must reach for the alarm `near-timeout`. */
const NEAR = 0.9;

/** The values that the definition of each alarm needs. */
interface Basis {
  readonly service: Service;
  readonly options: AlarmsOptions;
  readonly subject: Subject;
}

/** Returns the alarms of a service; an empty list at level 'none'. */
export function alarmsOf(service: Service, options: AlarmsOptions): readonly AlarmDefinition[] {
  if (options.level === 'none') return [];
  const { functionName, groupName } = options;
  const asks = groupName === undefined ? {} : { asks: service.name };
  const basis = { service, options, subject: { service: service.name, functionName, ...asks } };
  const essential = service.name === WATCHDOG ? watchdog(basis) : unhealthy(basis);
  const hasOwnFunction = groupName === undefined;
  return options.level === 'full' && hasOwnFunction
    ? [essential, ...lambdaAlarms([service], basis.subject)]
    : [essential];
}

/** The alarms of level 'full' on a function that several services share: once for all of them. */
export function groupAlarms(
  services: readonly Service[],
  { groupName, functionName }: GroupAlarmsOptions,
): readonly AlarmDefinition[] {
  const [first] = services;
  if (first === undefined) return [];
  return lambdaAlarms(services, { service: `The group ${groupName}`, functionName, asks: first.name });
}

/**
 * Defines the alarm `unhealthy`. Its metric `Unhealthy` gets a sample from each check of the watchdog that finds the
 * service in trouble, and no other samples.
 */
function unhealthy({ service, options, subject }: Basis): AlarmDefinition {
  return {
    id: 'unhealthy',
    namespace: options.namespace,
    metricName: 'Unhealthy',
    dimensions: { service: service.name },
    statistic: 'Maximum',
    period: SHORT_WINDOW,
    evaluationPeriods: KEPT_WINDOWS,
    datapointsToAlarm: 1,
    threshold: 1,
    comparison: 'at least',
    missing: 'notBreaching',
    description: descriptions.unhealthy(subject),
  };
}

/**
 * Defines the alarm `watchdog`, which fires if all its windows lack a sample of the metric `Watched`. CloudWatch looks
 * further back than these windows before it fills in missing samples, so that metrics which arrive some minutes late
 * don't fire the alarm.
 */
function watchdog({ service, options, subject }: Basis): AlarmDefinition {
  return {
    id: 'watchdog',
    namespace: options.namespace,
    metricName: 'Watched',
    dimensions: { service: service.name },
    statistic: 'SampleCount',
    period: SHORT_WINDOW,
    evaluationPeriods: EMPTY_WINDOWS,
    datapointsToAlarm: EMPTY_WINDOWS,
    threshold: 1,
    comparison: 'below',
    missing: 'breaching',
    warmUp: WARM_UP,
    description: descriptions.watchdog(subject),
  };
}

/**
 * Alarms on Lambda's own metrics, which are free. Where all services are frequent a single throttle is harmless; for a
 * rare one it means a lost tick.
 */
function lambdaAlarms(services: readonly Service[], subject: Subject): AlarmDefinition[] {
  const gaps = services.map(({ schedule }) => longestGap(schedule));
  const frequent = Math.max(...gaps) < HOUR;
  const timeout = Math.max(...services.map((service) => invocationTimeout(service)));
  const counted = {
    namespace: 'AWS/Lambda',
    dimensions: { FunctionName: subject.functionName },
    period: Math.min(Math.max(minutePeriod(Math.min(...gaps)), WINDOW), HOUR / SECOND),
    evaluationPeriods: frequent ? 3 : 1,
    datapointsToAlarm: frequent ? 2 : 1,
    comparison: 'at least',
    missing: 'notBreaching',
  } as const;
  return [
    {
      ...counted,
      id: 'throttles',
      metricName: 'Throttles',
      statistic: 'Sum',
      threshold: 1,
      description: descriptions.throttles(subject),
    },
    {
      ...counted,
      id: 'near-timeout',
      metricName: 'Duration',
      statistic: 'Maximum',
      threshold: Math.round(timeout * NEAR),
      description: descriptions.nearTimeout(subject, timeout),
    },
  ];
}

/**
 * Returns the duration in seconds, rounded up to whole minutes, since the shortest period of these metrics is a minute.
 */
function minutePeriod(milliseconds: number): number {
  return (Math.ceil(milliseconds / MINUTE) * MINUTE) / SECOND;
}
