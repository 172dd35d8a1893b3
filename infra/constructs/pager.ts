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
 * Makes the alarm publish to the topic when it fires, and allows CloudWatch to use the topic's KMS key. Does nothing
 * without a topic.
 */
export function notifyBy(alarm: AlarmBase, topic: ITopic | undefined): void {
  if (topic === undefined) return;
  letAlarmsUse(topic.masterKey);
  alarm.addAlarmAction(new SnsAction(topic));
}

export interface PagerProps {
  /**
   * The mail address that gets each message of the watchdog and of the stack's alarms. AWS first asks the recipient to
   * confirm.
   * @default none
   */
  readonly email?: string;
  /** The customer's KMS key that encrypts messages at rest. @default none: messages are not encrypted at rest */
  readonly encryptionKey?: IKey;
}

/** The SNS topic to which the watchdog and the stack's alarms publish. It requires TLS. */
export class Pager extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: PagerProps = {}) {
    super(scope, id);
    refuseUnknownProps<PagerProps>(this, props, { email: 'text', encryptionKey: 'object' });
    const { email, encryptionKey } = props;
    // CloudWatch can't use AWS's own key for SNS, and a KMS key for the topic would cost more than all alarms of the
    // stack. So a topic without a customer's key is not encrypted at rest.
    this.topic = new Topic(this, 'Topic', { enforceSSL: true, ...withoutUndefined({ masterKey: encryptionKey }) });
    this.#letAlarmsPublish();
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** Allows CloudWatch to publish. SNS's default policy would allow it, but `enforceSSL` replaces that policy. */
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
