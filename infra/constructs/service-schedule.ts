/** The schedule that fires a service. */
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

/** The properties of a schedule. */
export interface ServiceScheduleProps {
  readonly service: Service;
  /** The function that the schedule invokes. */
  readonly function: IFunction;
  /** The schedule group that contains the schedule. */
  readonly group: IScheduleGroup;
  /** The role that Scheduler assumes. The construct gives the role the rights to fire the function. */
  readonly role: IRole;
  /** The queue for firings that Scheduler could not deliver. */
  readonly undeliverableQueue: IQueue;
  /** Whether the event names the service, since others share the function. @default false */
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
    // The schedule refers to its schedule group and its role only by name. So CloudFormation would not know that it
    // must make both first, and that the role can't fire without its policy.
    this.schedule.node.addDependency(group, role);
  }
}

/** The event that the handler reads. Scheduler fills in its placeholders at each delivery. */
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
