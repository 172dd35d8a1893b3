/**
 * The alarms on the deliveries of a stack, of which each stack has one set. They rest on the free metrics of the
 * stack's schedule group, and on the number of messages that are sent to the queue for firings that could not be
 * delivered. Pure.
 *
 * The alarms count what happens in a window, not the messages that lie in the queue. So they end by themselves, and
 * nobody has to purge the queue.
 */
import type { AlarmDefinition } from './definition.ts';
import { WINDOW } from './definitions.ts';
import { descriptions } from './descriptions.ts';

/** The parts of a stack on whose metrics the alarms rest. */
export interface Deliveries {
  /** The name of the group that contains the schedules of the stack. */
  readonly groupName: string;
  /** The name of the queue for firings that Scheduler could not deliver. */
  readonly queueName: string;
}

/** Returns the alarms on the deliveries of a stack. */
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

/** Returns the part of an alarm that fires if the count of the metric is 1 or more in one window. */
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
 * Returns the part of an alarm that fires if the count of the metric is 1 or more in three windows in a row. A single
 * error is no trouble, since Scheduler tries each firing again.
 */
function every(dimensions: AlarmDefinition['dimensions'], metricName: string): Part {
  return { ...any(dimensions, metricName), evaluationPeriods: 3, datapointsToAlarm: 3 };
}
