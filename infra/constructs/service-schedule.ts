import { Duration, TimeZone } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  type IScheduleGroup,
  type IScheduleTarget,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Service } from '../../lib/service/index.ts';
import { refuseUnknownProps } from '../known-props.ts';
import { deliveryOf, scheduleText, windowMinutes } from '../schedule-expression.ts';
import { grantFire } from './schedule-group.ts';

export interface ServiceScheduleProps {
  readonly service: Service;
  readonly function: IFunction;
  readonly group: IScheduleGroup;
  /** The role that EventBridge Scheduler assumes. The construct allows the role to invoke the function. */
  readonly role: IRole;
  /** The queue for firings that Scheduler could not deliver. */
  readonly undeliverableQueue: IQueue;
  /** Whether the event names the service. A function that several services share needs the name. @default false */
  readonly namesService?: boolean;
}

/** A schedule that fires at the due times of the service. Scheduler gives up on a firing when the next one is due. */
export class ServiceSchedule extends Construct {
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: ServiceScheduleProps) {
    super(scope, id);
    refuseUnknownProps<ServiceScheduleProps>(this, props, {
      ...{ service: 'object', function: 'object', group: 'object', role: 'object', undeliverableQueue: 'object' },
      namesService: 'flag',
    });
    const { service, group, role } = props;
    const { expression, timezone } = scheduleText(service.schedule);
    const window = windowMinutes(service.schedule, service.policy.jitterRange);
    this.schedule = new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.expression(expression, TimeZone.of(timezone)),
      timeWindow: window === 0 ? TimeWindow.off() : TimeWindow.flexible(Duration.minutes(window)),
      scheduleGroup: group,
      description: `Tickover: fires the service ${service.name}.`,
      target: targetOf(props),
    });
    grantFire(role, props);
    // Without these dependencies CloudFormation might make the schedule before its schedule group, or before the policy
    // of its role.
    this.schedule.node.addDependency(group, role);
  }
}

/** The event that the function gets. EventBridge Scheduler fills in each placeholder when it delivers a firing. */
const EVENT = {
  scheduledFor: ContextAttribute.scheduledTime,
  executionId: ContextAttribute.executionId,
  attempt: ContextAttribute.attemptNumber,
};

function targetOf(props: ServiceScheduleProps): IScheduleTarget {
  const { service, function: target, role, undeliverableQueue, namesService = false } = props;
  const { maximumAge, retries } = deliveryOf(service.schedule);
  return {
    bind: () => ({
      arn: target.functionArn,
      role,
      input: ScheduleTargetInput.fromObject(namesService ? { service: service.name, ...EVENT } : EVENT),
      retryPolicy: {
        maximumEventAgeInSeconds: Duration.millis(maximumAge).toSeconds(),
        maximumRetryAttempts: retries,
      },
      deadLetterConfig: { arn: undeliverableQueue.queueArn },
    }),
  };
}
