/**
 * The SNS topic through which the watchdog and the stack's alarms reach people. Its policy lets CloudWatch publish, and
 * requires TLS. If a mail address is given, it is subscribed.
 */
import { Stack } from 'aws-cdk-lib';
import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { withoutUndefined } from '../../lib/text/index.ts';
import { refuseUnknownProps } from '../known-props.ts';
import { letAlarmsUse } from './rights/encryption-key.ts';

/**
 * Makes the alarm publish to the topic when it fires, and lets CloudWatch use the key of the topic. Does nothing if
 * there is no topic.
 */
export function notifyBy(alarm: AlarmBase, topic: ITopic | undefined): void {
  if (topic === undefined) return;
  letAlarmsUse(topic.masterKey);
  alarm.addAlarmAction(new SnsAction(topic));
}

/** The properties of a pager. */
export interface PagerProps {
  /**
   * The mail address that gets each message of the watchdog and of the stack's alarms. AWS first asks it for a
   * confirmation.
   * @default none: people subscribe to the topic themselves
   */
  readonly email?: string;
  /** The customer's key that encrypts messages at rest. @default none: SNS keeps them unencrypted */
  readonly encryptionKey?: IKey;
}

/** The topic to which the watchdog and the stack's alarms publish. */
export class Pager extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: PagerProps = {}) {
    super(scope, id);
    refuseUnknownProps<PagerProps>(this, props, { email: 'text', encryptionKey: 'object' });
    const { email, encryptionKey } = props;
    // Without a customer's key the topic isn't encrypted at rest: CloudWatch can't use the key that AWS keeps for SNS,
    // and another key costs more than all alarms.
    this.topic = new Topic(this, 'Topic', { enforceSSL: true, ...withoutUndefined({ masterKey: encryptionKey }) });
    this.#letAlarmsPublish();
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }

  /**
   * Allows CloudWatch to publish. The policy that requires TLS replaces the default policy, which lets the account
   * publish: without this statement alarms would fire, and no message would be sent.
   */
  #letAlarmsPublish(): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}
