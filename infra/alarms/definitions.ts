/**
 * The alarms of a service. Pure.
 *
 *   unhealthy     the watchdog finds that the service is in trouble
 *   watchdog      of the watchdog alone, instead: its scheduled checks have stopped
 *   throttles     'full': Lambda throttles the function
 *   near-timeout  'full': invocations come near the function's timeout
 *
 * The watchdog notifies people. An alarm of a service shows its state, clears by itself, and has the actions that the
 * user gives. All of them rest on metrics that are free while the service is healthy.
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
}

/** The name of the watchdog service. */
export const WATCHDOG = 'watch-services';
/** The length of a window of a metric that counts deliveries or invocations, in seconds. */
export const WINDOW = 300;
/**
 * The window of the watchdog's metrics, in seconds. It is short, since CloudWatch looks further back than an alarm's
 * own windows before it fills in missing samples, by a number of windows that AWS doesn't name.
 */
const SHORT_WINDOW = 60;
/** How many windows without a check mean that the watchdog has stopped. */
const EMPTY_WINDOWS = 15;
/** In how many windows one sample keeps a service's alarm, so that metrics may arrive some minutes late. */
const KEPT_WINDOWS = 10;
/** How many minutes a first deploy may take until the watchdog's first checks fill the windows. */
const WARM_UP = 30;
/** The part of the timeout from which an invocation counts as near it. */
const NEAR = 0.9;

/** The values that every definition needs. */
interface Basis {
  readonly service: Service;
  readonly options: AlarmsOptions;
  readonly subject: Subject;
}

/** The alarms of a service; an empty list at level 'none'. */
export function alarmsOf(service: Service, options: AlarmsOptions): readonly AlarmDefinition[] {
  if (options.level === 'none') return [];
  const basis = { service, options, subject: { service: service.name, functionName: options.functionName } };
  const essential = service.name === WATCHDOG ? watchdog(basis) : unhealthy(basis);
  return options.level === 'full' ? [essential, ...lambdaAlarms(basis)] : [essential];
}

/** The watchdog writes the metric only while the service is in trouble, at each check. */
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
 * Every window must be empty: CloudWatch looks further back than that before it fills in missing samples, so that
 * metrics which arrive some minutes late don't fire the alarm.
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
 * Alarms on Lambda's own metrics, which are free. For a frequent service a single throttle is harmless; for a rare one
 * it means a lost tick.
 */
function lambdaAlarms({ service, options, subject }: Basis): AlarmDefinition[] {
  const gap = longestGap(service.schedule);
  const frequent = gap < HOUR;
  const timeout = invocationTimeout(service);
  const counted = {
    namespace: 'AWS/Lambda',
    dimensions: { FunctionName: options.functionName },
    period: Math.min(Math.max(minutePeriod(gap), WINDOW), HOUR / SECOND),
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

/** The duration in seconds, rounded up to whole minutes, the finest period of metrics. */
function minutePeriod(milliseconds: number): number {
  return (Math.ceil(milliseconds / MINUTE) * MINUTE) / SECOND;
}
