/**
 * Defines the alarms on firings that did not reach their function; each stack has one set. The alarms count events in a
 * window, not the messages that lie in the queue, so they end by themselves. Pure.
 */
import type { AlarmDefinition } from './definition.ts';
import { WINDOW } from './definitions.ts';
import { descriptions } from './descriptions.ts';

export interface Deliveries {
  readonly groupName: string;
  /** The name of the queue for firings that Scheduler could not deliver. */
  readonly queueName: string;
}

/** Returns the alarms on firings that did not reach their function. */
export function deliveryAlarms({ groupName, queueName }: Deliveries): readonly AlarmDefinition[] {
  const dimensions = { ScheduleGroup: groupName };
  return [
    {
      ...every(dimensions, 'TargetErrorCount'),
      id: 'delivery-errors',
      description: descriptions.deliveryErrors(groupName),
    },
    {
      ...every(dimensions, 'TargetErrorThrottledCount'),
      id: 'delivery-throttles',
      description: descriptions.deliveryThrottles(groupName),
    },
    { ...any(dimensions, 'InvocationDroppedCount'), id: 'dropped', description: descriptions.dropped(queueName) },
    {
      ...any(dimensions, 'InvocationsFailedToBeSentToDeadLetterCount'),
      id: 'lost',
      description: descriptions.lost(groupName),
    },
    {
      ...any({ QueueName: queueName }, 'NumberOfMessagesSent'),
      namespace: 'AWS/SQS',
      id: 'undeliverable',
      description: descriptions.undeliverable(queueName),
    },
  ];
}

type Part = Omit<AlarmDefinition, 'id' | 'description'>;

/** Returns an alarm, without id and description, that fires if the metric counts 1 or more in one window. */
function any(dimensions: AlarmDefinition['dimensions'], metricName: string): Part {
  return {
    namespace: 'AWS/Scheduler',
    metricName,
    dimensions,
    statistic: 'Sum',
    period: WINDOW,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    threshold: 1,
    comparison: 'at least',
    missing: 'notBreaching',
  };
}

/**
 * Returns an alarm, without id and description, that fires if the metric counts 1 or more in three windows in a row. A
 * single error is harmless, since Scheduler tries each firing again.
 */
function every(dimensions: AlarmDefinition['dimensions'], metricName: string): Part {
  return { ...any(dimensions, metricName), evaluationPeriods: 3, datapointsToAlarm: 3 };
}
