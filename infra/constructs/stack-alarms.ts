/** The promise that a firing which never reached its function is told, whichever service it was for. */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { undeliverable } from '../alarms/index.ts';
import { renderAlarm } from './rendered-alarm.ts';

/** The alarms that a stack has once. */
export interface StackAlarmsProps {
  /** Where firings go that Scheduler could not deliver. */
  readonly undeliverableQueue: IQueue;
  /** Who is told. @default nobody: the alarm is there to look at */
  readonly pagerTopic?: ITopic;
}

/** The alarms that a stack has once. */
export class StackAlarms extends Construct {
  /** Rings while there are firings that could not be delivered. */
  readonly undeliverable: Alarm;

  constructor(scope: Construct, id: string, { undeliverableQueue, pagerTopic }: StackAlarmsProps) {
    super(scope, id);
    this.undeliverable = renderAlarm(this, undeliverable(undeliverableQueue.queueName));
    if (pagerTopic !== undefined) this.undeliverable.addAlarmAction(new SnsAction(pagerTopic));
  }
}
