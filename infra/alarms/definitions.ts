/**
 * The alarms of a service. Pure.
 *
 *   unhealthy     every service but the watchdog: the watchdog finds it in trouble
 *   watchdog      the watchdog alone: its scheduled checks have stopped
 *   throttles     at level 'full': Lambda throttles the function of the service
 *   near-timeout  at level 'full': an invocation takes 90% of the timeout of the function, or more
 *
 * People are notified by the watchdog. An alarm of a service only shows its state in CloudWatch, and takes the actions
 * that the user gives. All these alarms use metrics that are free while the service is healthy.
 */
import { invocationTimeout, type Service } from '../../lib/service/index.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/time/index.ts';
import { longestGap } from '../longest-gap.ts';
import type { AlarmLevel } from '../settings.ts';
import type { AlarmDefinition } from './definition.ts';
import { descriptions, type Subject } from './descriptions.ts';

export interface AlarmsOptions {
  /** The CloudWatch namespace of the watchdog's metrics. */
  readonly namespace: string;
  readonly functionName: string;
  readonly level: AlarmLevel;
  /**
   * The name of the group, if the service shares its function with a group of services. Alarms on a shared function
   * belong to the group, not to the service.
   * @default the service has a function of its own
   */
  readonly groupName?: string;
}

export interface GroupAlarmsOptions {
  readonly groupName: string;
  readonly functionName: string;
}

export const WATCHDOG = 'watch-services';
/** The shortest window of the alarms on metrics of Scheduler, SQS and Lambda, in seconds. */
export const WINDOW = 300;
/**
 * The window of the alarms on the watchdog's metrics, in seconds. CloudWatch also looks at some earlier windows before
 * it fills in missing samples, so short windows make the alarms faster.
 */
const SHORT_WINDOW = 60;
/** How many windows in a row without a check by the watchdog fire the alarm on the watchdog. */
const EMPTY_WINDOWS = 15;
/**
 * For how many windows one sample keeps the alarm `unhealthy` on. The watchdog's next sample may arrive some minutes
 * late.
 */
const KEPT_WINDOWS = 10;
/**
 * How many minutes CloudWatch may wait before it evaluates a new alarm on the watchdog, since a first deploy takes
 * time.
 */
const WARM_UP = 30;
/** The fraction of the function's timeout that an invocation must reach for the alarm `near-timeout`. */
const NEAR = 0.9;

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

/** Returns the alarms of level 'full' on a function that several services share; an empty list without services. */
export function groupAlarms(
  services: readonly Service[],
  { groupName, functionName }: GroupAlarmsOptions,
): readonly AlarmDefinition[] {
  const [first] = services;
  if (first === undefined) return [];
  return lambdaAlarms(services, { service: `The group ${groupName}`, functionName, asks: first.name });
}

/**
 * Defines the alarm `unhealthy`. The watchdog sends a sample of the metric `Unhealthy` only when a check finds the
 * service in trouble.
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
 * Defines the alarm `watchdog`, which fires after 15 minutes without a sample of the metric `Watched`. Each scheduled
 * check by the watchdog sends a sample.
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
 * Defines the alarms on Lambda's own metrics, which are free. A single throttle fires an alarm only if a service is due
 * hourly or less often, since such a service may lose a tick by it.
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

/** Converts milliseconds to seconds, rounded up to whole minutes, since an alarm's windows last whole minutes. */
function minutePeriod(milliseconds: number): number {
  return (Math.ceil(milliseconds / MINUTE) * MINUTE) / SECOND;
}
