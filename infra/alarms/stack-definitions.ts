/** The alarms that a stack has once. Pure. The watchdog's own are those of any service. */
import type { MetricAlarmDefinition } from './definition.ts';
import { descriptions } from './descriptions.ts';

/** Rings while the queue of firings that Scheduler could not deliver holds any. */
export function undeliverable(queueName: string): MetricAlarmDefinition {
  return { ...holdsAny(queueName), id: 'undeliverable', description: descriptions.undeliverable(queueName) };
}

/**
 * Rings while the queue of events whose invocation broke holds any: Lambda had accepted them, so they were never
 * undeliverable. No other alarm rings for a function that is broken from its first deploy, since it never sends a
 * metric of ours.
 */
export function failed(queueName: string): MetricAlarmDefinition {
  return { ...holdsAny(queueName), id: 'failed', description: descriptions.failed(queueName) };
}

/** An unused queue sends no length after some hours; its messages are still there, so the alarm keeps its state. */
function holdsAny(queueName: string): Omit<MetricAlarmDefinition, 'id' | 'description'> {
  return {
    kind: 'metric',
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
  };
}

/** Never rings, since nothing emits its metric. The pagers' wait needs such an alarm. */
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
