/** Queues, read: a subscriber of the rehearsal's own to the topic of messages, and what a queue holds. */
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { eventually } from '../support/eventually.ts';
import type { Aws } from './aws.ts';

/** Subscribes a new queue to a topic; gives the queue's URL. */
export async function subscriber({ sns, sqs }: Aws, topicArn: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'on-call' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }));
  return QueueUrl;
}

/** Waits for a message that is as wanted; what comes is its body, read as JSON. */
export async function received<Body>({ sqs }: Aws, queueUrl: string, wanted: (body: Body) => boolean): Promise<Body> {
  return eventually(async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
    );
    return Messages.map(({ Body = 'null' }) => JSON.parse(Body) as Body).find(wanted);
  });
}
