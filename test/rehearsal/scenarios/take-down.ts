/** The stack, taken down and deployed again: what holds data stays, and is given back. */
import { DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListScheduleGroupsCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Aws } from '../aws.ts';
import { holds, type Stage } from '../stage.ts';
import { ofType } from '../template.ts';

export async function takeDown(stage: Stage): Promise<void> {
  const { transcript } = stage;
  transcript.section('Taken down', 'The tables hold what can not be made again: they stay, with what is in them.');
  await takenDown(stage, tablesOf(stage));
}

/**
 * Deletes the stack. What is left but tables would have its name still, and AWS would refuse the next deploy that makes
 * a resource of that name: the emulator would not, so that is looked at.
 */
export async function takenDown(stage: Stage, tables: readonly string[]): Promise<void> {
  await stage.cdk.destroy();
  holds(
    stage.transcript,
    '`npx cdk destroy`, and what is left',
    { ...(await leftOf(stage)), tables: await tablesLeft(stage.aws, tables) },
    { functions: 0, schedules: 0, groups: 0, alarms: 0, dashboards: 0, topics: 0, queues: 0, tables: tables.length },
  );
}

/** The names of the tables that the stack made. */
export function tablesOf({ deployed }: Pick<Stage, 'deployed'>): string[] {
  return ofType(deployed.template, 'AWS::DynamoDB::Table').map(({ id }) => deployed.world.ref(id));
}

/** The rehearsal has a queue of its own, so only the stack's are counted. */
async function leftOf({ aws, deployed }: Stage): Promise<Record<string, number>> {
  const { lambda, scheduler, cloudWatch, sns, sqs } = aws;
  const made = new Set([...deployed.resources.values()].map(({ PhysicalResourceId }) => PhysicalResourceId));
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
  const { ScheduleGroups = [] } = await scheduler.send(new ListScheduleGroupsCommand({}));
  const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({}));
  const { DashboardEntries = [] } = await cloudWatch.send(new ListDashboardsCommand({}));
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return {
    functions: Functions.length,
    schedules: Schedules.length,
    groups: ScheduleGroups.filter(({ Name }) => Name !== 'default').length,
    alarms: MetricAlarms.length + CompositeAlarms.length,
    dashboards: DashboardEntries.length,
    topics: Topics.length,
    queues: QueueUrls.filter((url) => made.has(url)).length,
  };
}

async function tablesLeft({ dynamo }: Aws, tables: readonly string[]): Promise<number> {
  const descriptions = await Promise.all(
    tables.map((TableName) => dynamo.send(new DescribeTableCommand({ TableName })).catch(() => undefined)),
  );
  return descriptions.filter((table) => (table?.Table?.ItemCount ?? 0) > 0).length;
}
