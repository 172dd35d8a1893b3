/** The alarms of which a stack has one each. Pure. The watchdog has the same alarms as any service. */
import type { MetricAlarmDefinition } from './definition.ts';
import { descriptions } from './descriptions.ts';

/** Fires while the queue has firings that Scheduler could not deliver. */
export function undeliverable(queueName: string): MetricAlarmDefinition {
  return { ...holdsAny(queueName), id: 'undeliverable', description: descriptions.undeliverable(queueName) };
}

/**
 * Fires while the queue has events that Lambda accepted and could not handle. No other alarm fires for a function that
 * is broken from its first deploy, since it never sends a metric of Tickover.
 */
export function failed(queueName: string): MetricAlarmDefinition {
  return { ...holdsAny(queueName), id: 'failed', description: descriptions.failed(queueName) };
}

/**
 * The part of an alarm that fires while a queue has messages. SQS stops sending the length of an unused queue after
 * some hours; its messages are still there, so the alarm keeps its state.
 */
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

/** An alarm that never fires, since nothing emits its metric. The wait of the pagers requires such an alarm. */
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
