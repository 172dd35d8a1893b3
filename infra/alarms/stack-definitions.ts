/** The alarms that a stack has once. Pure. The watchdog's own are those of any service. */
import type { MetricAlarmDefinition } from './definition.ts';
import { descriptions } from './descriptions.ts';

/**
 * Rings while the queue of firings that Scheduler could not deliver holds any. A queue that nobody touches stops telling its length
 * after hours, which says nothing of what is in it: the state stays.
 */
export function undeliverable(queueName: string): MetricAlarmDefinition {
  return {
    kind: 'metric',
    id: 'undeliverable',
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: queueName },
    statistic: 'Maximum',
    period: 60,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    threshold: 1,
    comparison: 'at least',
    missing: 'ignore',
    description: descriptions.undeliverable(queueName),
  };
}

/** Never rings: a metric that nothing emits. What the pagers' wait is hung on. */
export const HOLD: MetricAlarmDefinition = {
  kind: 'metric',
  id: 'hold',
  namespace: 'Tickover/Hold',
  metricName: 'Never',
  dimensions: {},
  statistic: 'Maximum',
  period: 60,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  threshold: 1,
  comparison: 'at least',
  missing: 'notBreaching',
  description: descriptions.hold(),
};
