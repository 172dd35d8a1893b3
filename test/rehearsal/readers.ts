/**
 * What AWS tells of a resource, in the words of a template. A type that isn't here is told of by CloudFormation alone.
 */
import { DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type GlobalSecondaryIndexDescription,
} from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, GetFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, GetScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Aws } from './aws.ts';

/** A resource to look at: what CloudFormation calls it, and its properties with all references put in. */
export interface Subject {
  readonly physical: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

type Properties = Readonly<Record<string, unknown>>;
type Reader = (aws: Aws, subject: Subject) => Promise<Properties>;

/** By type of resource. */
export const READERS: Readonly<Record<string, Reader>> = {
  'AWS::CloudWatch::Alarm': readAlarm,
  'AWS::CloudWatch::Dashboard': readDashboard,
  'AWS::DynamoDB::Table': readTable,
  'AWS::Lambda::EventInvokeConfig': readInvokeConfig,
  'AWS::Lambda::Function': readFunction,
  'AWS::SNS::Topic': readTopic,
  'AWS::SNS::TopicPolicy': readTopicPolicy,
  'AWS::SQS::Queue': readQueue,
  'AWS::SQS::QueuePolicy': readQueuePolicy,
  'AWS::Scheduler::Schedule': readSchedule,
  'AWS::Scheduler::ScheduleGroup': readGroup,
};

async function readAlarm({ cloudWatch }: Aws, { physical }: Subject): Promise<Properties> {
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [physical] }));
  const [alarm] = MetricAlarms;
  return { ...alarm };
}

async function readDashboard({ cloudWatch }: Aws, { physical }: Subject): Promise<Properties> {
  const { DashboardBody } = await cloudWatch.send(new GetDashboardCommand({ DashboardName: physical }));
  return { DashboardBody };
}

async function readTable({ dynamo }: Aws, { physical }: Subject): Promise<Properties> {
  const named = { TableName: physical };
  const [{ Table }, { TimeToLiveDescription }, { ContinuousBackupsDescription }] = await Promise.all([
    dynamo.send(new DescribeTableCommand(named)),
    dynamo.send(new DescribeTimeToLiveCommand(named)),
    dynamo.send(new DescribeContinuousBackupsCommand(named)),
  ]);
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  return {
    AttributeDefinitions: Table?.AttributeDefinitions,
    KeySchema: Table?.KeySchema,
    BillingMode: Table?.BillingModeSummary?.BillingMode,
    DeletionProtectionEnabled: Table?.DeletionProtectionEnabled,
    GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(indexOf),
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: recovery === 'ENABLED' },
    TimeToLiveSpecification: {
      AttributeName: TimeToLiveDescription?.AttributeName,
      Enabled: TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED',
    },
  };
}

function indexOf({ IndexName, KeySchema, Projection }: GlobalSecondaryIndexDescription): Properties {
  return { IndexName, KeySchema, Projection };
}

async function readFunction({ lambda }: Aws, { physical, properties }: Subject): Promise<Properties> {
  const configuration = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: physical }));
  // Where the code was uploaded from is not kept; that it runs is what the stories show.
  return { ...configuration, Code: properties['Code'] };
}

async function readInvokeConfig({ lambda }: Aws, { properties }: Subject): Promise<Properties> {
  const { FunctionName, Qualifier } = properties as { FunctionName: string; Qualifier: string };
  const configuration = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }));
  return { ...configuration, FunctionName, Qualifier };
}

async function readTopic({ sns }: Aws, { physical }: Subject): Promise<Properties> {
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: physical }));
  return { ...Attributes };
}

async function readTopicPolicy({ sns }: Aws, { properties }: Subject): Promise<Properties> {
  const { Topics } = properties as { Topics: string[] };
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: Topics[0] }));
  return { Topics, PolicyDocument: JSON.parse(Attributes?.['Policy'] ?? '{}') };
}

async function readQueue(aws: Aws, { physical }: Subject): Promise<Properties> {
  const attributes = await queueAttributes(aws, physical);
  return {
    MessageRetentionPeriod: Number(attributes['MessageRetentionPeriod']),
    SqsManagedSseEnabled: attributes['SqsManagedSseEnabled'] === 'true',
  };
}

async function readQueuePolicy(aws: Aws, { properties }: Subject): Promise<Properties> {
  const { Queues } = properties as { Queues: string[] };
  const attributes = await queueAttributes(aws, Queues[0] ?? '');
  return { Queues, PolicyDocument: JSON.parse(attributes['Policy'] ?? '{}') };
}

async function queueAttributes({ sqs }: Aws, url: string): Promise<Readonly<Record<string, string>>> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
  return { ...Attributes };
}

async function readSchedule({ scheduler }: Aws, { physical, properties }: Subject): Promise<Properties> {
  const GroupName = String(properties['GroupName']);
  return { ...(await scheduler.send(new GetScheduleCommand({ Name: physical, GroupName }))) };
}

async function readGroup({ scheduler }: Aws, { physical }: Subject): Promise<Properties> {
  const { Name } = await scheduler.send(new GetScheduleGroupCommand({ Name: physical }));
  return { Name };
}
