/**
 * The topic by which alarms reach people: CloudWatch may publish to it, over TLS. An e-mail address subscribes to it if
 * one is given.
 */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** A pager. */
export interface PagerProps {
  /**
   * The address that gets a mail; AWS asks for a confirmation first.
   * @default none: people subscribe to the topic themselves
   */
  readonly email?: string;
}

/** The topic to which alarms publish. */
export class Pager extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: PagerProps = {}) {
    super(scope, id);
    // Unencrypted at rest: CloudWatch can't use the key that AWS keeps for SNS, and a key of one's own costs more than
    // all alarms.
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.#letAlarmsPublish();
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** A topic's policy replaces the one that lets the account in: without this, alarms ring and no message is sent. */
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
