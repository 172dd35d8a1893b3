/** Sends notices to an SNS topic, for people: by mail, by text message or by chat. */
import { createHash } from 'node:crypto';
import type { PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { clientSettings, SEND_LIMIT, SEND_REQUEST_TIMEOUT } from '../../service/index.ts';
import type { Notice } from '../notice.ts';
import type { Sender } from '../ports.ts';
import { boundedSend } from './bounded-send.ts';
import { asciiSubject, visibleText } from './sent-text.ts';

/** The largest message that is sent to SNS, in bytes of UTF-8. SNS refuses more than 256 KB, attributes included. */
const LONGEST_MESSAGE = 255 * 1_024;
const LONGEST_ID = 256;

/**
 * Returns a sender to the topic. Each message has the attribute `id`, by which receivers can drop a message that they
 * get twice. A FIFO topic drops it itself.
 */
export function snsSender(topicArn: string): Sender {
  const [, , , region = ''] = topicArn.split(':');
  let client: SNSClient | undefined;
  return {
    name: 'sns',
    send: (notice, context) =>
      boundedSend({ sender: 'sns', receiver: topicArn, limit: SEND_LIMIT }, context, async (abortSignal) => {
        // The SDK is imported only here, since it takes time to load and most checks send nothing.
        const sdk = await import('@aws-sdk/client-sns');
        client ??= new sdk.SNSClient({ region, ...clientSettings(SEND_REQUEST_TIMEOUT) });
        await client.send(new sdk.PublishCommand(messageOf(notice, topicArn)), { abortSignal });
      }),
  };
}

function messageOf({ id, subject, text }: Notice, topicArn: string): PublishCommandInput {
  return {
    TopicArn: topicArn,
    Subject: asciiSubject(subject),
    Message: visibleText(text, LONGEST_MESSAGE),
    MessageAttributes: { id: { DataType: 'String', StringValue: visibleText(id, LONGEST_ID) } },
    ...(topicArn.endsWith('.fifo') ? { MessageGroupId: 'tickover', MessageDeduplicationId: hashed(id) } : {}),
  };
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
