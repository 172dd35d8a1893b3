/**
 * Alarms that notify people of firings that never reached their function, or that the function could not handle. They
 * cover all services.
 */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { failed, type MetricAlarmDefinition, undeliverable } from '../alarms/index.ts';
import { notifyBy } from './pager.ts';
import { renderAlarm } from './rendered-alarm.ts';

/** The properties of the stack's alarms. */
export interface StackAlarmsProps {
  /** The queue for firings that Scheduler could not deliver. */
  readonly undeliverableQueue: IQueue;
  /** The queue for events that expired, or whose invocation threw or crashed. */
  readonly failedQueue: IQueue;
  /** The topic to which the alarms publish. @default none: the alarms only show their state */
  readonly pagerTopic?: ITopic;
}

/** The alarms of which a stack has one each. */
export class StackAlarms extends Construct {
  /** Fires while the queue has firings that could not be delivered. */
  readonly undeliverable: Alarm;
  /** Fires while the queue has events that could not be handled. */
  readonly failed: Alarm;

  constructor(scope: Construct, id: string, { undeliverableQueue, failedQueue, pagerTopic }: StackAlarmsProps) {
    super(scope, id);
    this.undeliverable = this.#rendered(undeliverable(undeliverableQueue.queueName), pagerTopic);
    this.failed = this.#rendered(failed(failedQueue.queueName), pagerTopic);
  }

  #rendered(definition: MetricAlarmDefinition, pagerTopic: ITopic | undefined): Alarm {
    const alarm = renderAlarm(this, definition);
    if (pagerTopic !== undefined) notifyBy(alarm, pagerTopic);
    return alarm;
  }
}
