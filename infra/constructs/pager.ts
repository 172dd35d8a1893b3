/**
 * The topic through which alarms reach people. CloudWatch may publish to it, over TLS. If an e-mail address is given,
 * it is subscribed.
 */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** The properties of a pager. */
export interface PagerProps {
  /**
   * The address that gets a mail for each alarm. AWS first asks it for a confirmation.
   * @default none: people subscribe to the topic themselves
   */
  readonly email?: string;
}

/** The topic to which alarms publish. */
export class Pager extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: PagerProps = {}) {
    super(scope, id);
    // Not encrypted at rest: CloudWatch can't use the key that AWS keeps for SNS, and a key of the account would cost
    // more than all alarms.
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.#letAlarmsPublish();
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }

  /**
   * Allows CloudWatch to publish. A topic with a policy loses the default policy that lets the account publish: without
   * this statement alarms fire and no message is sent.
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
