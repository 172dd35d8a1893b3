import { Stack } from 'aws-cdk-lib';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnScheduleGroup, type IScheduleGroup, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { refuseUnknownProps } from '../known-props.ts';
import { grantSend } from './holding-queue.ts';
import { allow } from './rights/allow.ts';

/**
 * An EventBridge Scheduler group that is deleted with its stack. CDK's own construct makes a group with a fixed name
 * that outlives the stack, so the next deploy would be refused.
 */
export class ServiceScheduleGroup extends Construct {
  readonly group: IScheduleGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const made = new CfnScheduleGroup(this, 'Group');
    this.group = ScheduleGroup.fromScheduleGroupName(this, 'Imported', made.ref);
    this.group.node.addDependency(made);
  }
}

export interface SchedulerRoleProps {
  /** The schedule group whose schedules may use the role. It must be in the account of the stack. */
  readonly group: IScheduleGroup;
}

/**
 * A role that only EventBridge Scheduler may assume, for the schedules of one schedule group. {@link grantFire} adds
 * rights to the role.
 */
export class SchedulerRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: SchedulerRoleProps) {
    super(scope, id);
    refuseUnknownProps<SchedulerRoleProps>(this, props, { group: 'object' });
    const { group } = props;
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

export interface FireGrant {
  readonly function: IFunction;
  readonly undeliverableQueue: IQueue;
}

/** Allows the role to invoke this function only, and to put firings that can't be delivered into the queue. */
export function grantFire(role: IRole, { function: target, undeliverableQueue }: FireGrant): void {
  allow(role, ['lambda:InvokeFunction'], [target.functionArn]);
  grantSend(undeliverableQueue, role);
}
