import { Duration, Validations } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { refuseUnknownProps } from '../known-props.ts';
import { grantKey } from './rights/encryption-key.ts';

const LONGEST_RETENTION = Duration.days(14);

export interface HoldingQueueOptions {
  /** The customer's KMS key that encrypts the queue. @default SQS's own key */
  readonly encryptionKey?: IKey;
}

/**
 * A queue for firings that Scheduler could not deliver. It is encrypted, is reached by TLS only, and keeps messages for
 * 14 days.
 */
export class HoldingQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, options: HoldingQueueOptions = {}) {
    super(scope, id);
    refuseUnknownProps<HoldingQueueOptions>(this, options, { encryptionKey: 'object' });
    const { encryptionKey } = options;
    this.queue = new Queue(this, 'Queue', {
      ...(encryptionKey === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
      enforceSSL: true,
      retentionPeriod: LONGEST_RETENTION,
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: nothing consumes it, so nothing can fail to.',
    });
  }
}

/**
 * Allows the grantee to put messages into the queue. CDK's own method would also allow two reads of the queue, and
 * Encrypt on its key.
 */
export function grantSend(queue: IQueue, grantee: IGrantable): void {
  queue.grant(grantee, 'sqs:SendMessage');
  grantKey(queue.encryptionMasterKey, grantee, 'send');
}

/** Allows a person to read the messages of the queue, but not to delete them. */
export function grantReceive(queue: IQueue, grantee: IGrantable): Grant {
  grantKey(queue.encryptionMasterKey, grantee, 'receive');
  return queue.grant(grantee, 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage');
}
