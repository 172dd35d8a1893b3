/** A queue that keeps events which could not be handled, until a person reads them. */
import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** The longest time for which SQS keeps a message. */
const LONGEST_RETENTION = Duration.days(14);

/** A standard queue, encrypted by SQS and reached only by TLS. It keeps messages for 14 days. */
export class HoldingQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: LONGEST_RETENTION,
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: nothing consumes it, so nothing can fail to.',
    });
  }
}
