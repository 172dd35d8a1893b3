/** The group that contains the schedules of a stack, and the role with which Scheduler invokes their functions. */
import { Stack } from 'aws-cdk-lib';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type IScheduleGroup, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allow } from './allow.ts';

/** A group of schedules. */
export class ServiceScheduleGroup extends Construct {
  readonly group: ScheduleGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.group = new ScheduleGroup(this, 'Group');
  }
}

/** The properties of the role. */
export interface SchedulerRoleProps {
  /** The group in this account whose schedules may use the role. */
  readonly group: IScheduleGroup;
}

/** A role that only Scheduler may assume, for the schedules of one group. {@link grantFire} adds its rights. */
export class SchedulerRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { group }: SchedulerRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
      description: 'Lets EventBridge Scheduler invoke the functions of the services.',
    });
  }
}

/** Everything that Scheduler needs to fire one service. */
export interface FireGrant {
  readonly function: IFunction;
  readonly undeliverableQueue: IQueue;
}

/** Allows the role to invoke exactly this function, and to put firings that can't be delivered into the queue. */
export function grantFire(role: IRole, { function: target, undeliverableQueue }: FireGrant): void {
  allow(role, ['lambda:InvokeFunction'], [target.functionArn]);
  allow(role, ['sqs:SendMessage'], [undeliverableQueue.queueArn]);
}
