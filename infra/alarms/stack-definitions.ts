/**
 * The alarms of which a stack has one each, on its deliveries: the free metrics of its schedule group, and the messages
 * that are sent to the queue for firings that could not be delivered. Pure.
 *
 * They count what happens, not what is left behind: nothing has to be purged for them to end.
 */
import type { AlarmDefinition } from './definition.ts';
import { WINDOW } from './definitions.ts';
import { descriptions } from './descriptions.ts';

/** The parts of a stack whose deliveries are guarded. */
export interface Deliveries {
  /** The name of the group of the schedules. */
  readonly groupName: string;
  /** The name of the queue for firings that Scheduler could not deliver. */
  readonly queueName: string;
}

/** The alarms on deliveries. */
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

/** A count of which a single one is trouble. */
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

/** A count that is trouble only if it goes on, since Scheduler tries each firing again. */
function every(dimensions: AlarmDefinition['dimensions'], metricName: string): Part {
  return { ...any(dimensions, metricName), evaluationPeriods: 3, datapointsToAlarm: 3 };
}
