/** The AWS clients that a deployed stack is looked at with, all at one endpoint. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Emulator, REGION } from './emulator.ts';

/** A client of each service that the stack is made of. */
export interface Aws {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly dynamo: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly scheduler: SchedulerClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  /**
   * The messages in a log group, oldest first, as far as they were written from the instant on (epoch milliseconds).
   */
  logLines(logGroup: string, since: number): Promise<string[]>;
}

/** The clients of an emulator. */
export function awsAt({ endpoint, environment }: Pick<Emulator, 'endpoint' | 'environment'>): Aws {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = environment;
  const config = { endpoint, region: REGION, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
  return {
    cloudFormation: new CloudFormationClient(config),
    cloudWatch: new CloudWatchClient(config),
    dynamo: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    scheduler: new SchedulerClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
    logLines: (logGroup, since) => logLines(endpoint, logGroup, since),
  };
}

/** By the wire: a client of its own for this one call would be a package more. The emulator asks for no signature. */
async function logLines(endpoint: string, logGroupName: string, startTime: number): Promise<string[]> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'Logs_20140328.FilterLogEvents' },
    body: JSON.stringify({ logGroupName, startTime }),
    signal: AbortSignal.timeout(10_000),
  });
  const { events = [] } = (await response.json()) as { events?: { message: string }[] };
  return events.map(({ message }) => message);
}
