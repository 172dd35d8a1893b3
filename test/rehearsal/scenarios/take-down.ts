/** The stack, taken down: what holds data stays. */
import { DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { holds, type Stage } from '../stage.ts';
import { ofType } from '../template.ts';

export async function takeDown(stage: Stage, pagers: readonly string[]): Promise<void> {
  const { aws, cdk, deployed, transcript } = stage;
  transcript.section('Taken down', 'The tables hold what can not be made again: they stay, with what is in them.');
  // CloudFormation would have done so first, in this order.
  for (const pager of pagers) await aws.cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [pager] }));
  await cdk.destroy();
  const [{ Functions = [] }, { Schedules = [] }] = await Promise.all([
    aws.lambda.send(new ListFunctionsCommand({})),
    aws.scheduler.send(new ListSchedulesCommand({})),
  ]);
  holds(
    transcript,
    '`npx cdk destroy`, and what is left',
    { functions: Functions.length, schedules: Schedules.length, tables: await tablesLeft(stage) },
    { functions: 0, schedules: 0, tables: ofType(deployed.template, 'AWS::DynamoDB::Table').length },
  );
}

async function tablesLeft({ aws, deployed }: Stage): Promise<number> {
  const tables = ofType(deployed.template, 'AWS::DynamoDB::Table').map(({ id }) => deployed.world.ref(id));
  const descriptions = await Promise.all(
    tables.map((TableName) => aws.dynamo.send(new DescribeTableCommand({ TableName })).catch(() => undefined)),
  );
  return descriptions.filter((table) => (table?.Table?.ItemCount ?? 0) > 0).length;
}
