/** Notifies people of firings that never reached their function, or broke it, whichever service they were for. */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { failed, type MetricAlarmDefinition, undeliverable } from '../alarms/index.ts';
import { renderAlarm } from './rendered-alarm.ts';

/** The alarms that a stack has once. */
export interface StackAlarmsProps {
  /** Gets the firings that Scheduler could not deliver. */
  readonly undeliverableQueue: IQueue;
  /** Gets the events whose invocation threw, crashed or expired. */
  readonly failedQueue: IQueue;
  /** The topic to which the alarms publish. @default none: the alarms only show their state */
  readonly pagerTopic?: ITopic;
}

/** The alarms that a stack has once. */
export class StackAlarms extends Construct {
  /** Rings while there are firings that could not be delivered. */
  readonly undeliverable: Alarm;
  /** Rings while there are events whose invocation broke. */
  readonly failed: Alarm;

  constructor(scope: Construct, id: string, { undeliverableQueue, failedQueue, pagerTopic }: StackAlarmsProps) {
    super(scope, id);
    this.undeliverable = this.#rendered(undeliverable(undeliverableQueue.queueName), pagerTopic);
    this.failed = this.#rendered(failed(failedQueue.queueName), pagerTopic);
  }

  #rendered(definition: MetricAlarmDefinition, pagerTopic: ITopic | undefined): Alarm {
    const alarm = renderAlarm(this, definition);
    if (pagerTopic !== undefined) alarm.addAlarmAction(new SnsAction(pagerTopic));
    return alarm;
  }
}
