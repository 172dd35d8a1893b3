import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deliveryAlarms } from '../alarms/index.ts';
import { refuseUnknownProps } from '../known-props.ts';
import { notifyBy } from './pager.ts';
import { type AlarmActions, renderAlarm } from './rendered-alarm.ts';

/** The properties of StackAlarms: what is guarded, and who is notified. */
export interface StackAlarmsProps extends AlarmActions {
  readonly group: IScheduleGroup;
  /** The queue for firings that Scheduler could not deliver. */
  readonly undeliverableQueue: IQueue;
  /** The SNS topic to which the alarms publish. @default none: the alarms only show their state */
  readonly pagerTopic?: ITopic;
}

/** The alarms of a stack on firings that did not reach their function. */
export class StackAlarms extends Construct {
  /** The alarms by id: `delivery-errors`, `delivery-throttles`, `dropped`, `lost` and `undeliverable`. */
  readonly alarms: Readonly<Record<string, Alarm>>;

  constructor(scope: Construct, id: string, props: StackAlarmsProps) {
    super(scope, id);
    refuseUnknownProps<StackAlarmsProps>(this, props, {
      ...{
        group: 'object',
        undeliverableQueue: 'object',
        pagerTopic: 'object',
        alarmActions: 'list',
        okActions: 'list',
      },
    });
    const { group, undeliverableQueue, pagerTopic, ...actions } = props;
    const { scheduleGroupName: groupName } = group;
    const definitions = deliveryAlarms({ groupName, queueName: undeliverableQueue.queueName });
    this.alarms = Object.fromEntries(
      definitions.map((definition) => [definition.id, renderAlarm(this, definition, actions)]),
    );
    for (const alarm of Object.values(this.alarms)) notifyBy(alarm, pagerTopic);
  }
}
