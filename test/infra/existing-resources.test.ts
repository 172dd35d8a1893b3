/** The project's stack on resources that exist: none is made beside them. */

import { Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LayerVersion, Tracing } from 'aws-cdk-lib/aws-lambda';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import { newApp, newStack, removeOutputs, resourcesOf, settingsOf, templateOf } from '../support/stack-kit.ts';

afterAll(removeOutputs);

const HERE = { account: '111122223333', region: 'eu-central-1' };
const arn = (service: string, rest: string) => `arn:aws:${service}:${HERE.region}:${HERE.account}:${rest}`;

describe("the project's stack on resources that exist", () => {
  const app = newApp();
  const theirs = new Stack(app, 'Theirs', { env: HERE });
  const stack = newStack(app, {
    env: HERE,
    settings: settingsOf({ alarmEmail: 'a@example.com' }),
    table: Table.fromTableArn(theirs, 'State', arn('dynamodb', 'table/State')),
    flowRunsTable: Table.fromTableArn(theirs, 'FlowRuns', arn('dynamodb', 'table/FlowRuns')),
    undeliverableQueue: Queue.fromQueueArn(theirs, 'Undeliverable', arn('sqs', 'Undeliverable')),
    pagerTopic: Topic.fromTopicArn(theirs, 'Topic', arn('sns', 'Topic')),
    group: ScheduleGroup.fromScheduleGroupName(theirs, 'Group', 'theirs'),
    schedulerRole: Role.fromRoleArn(theirs, 'Scheduling', `arn:aws:iam::${HERE.account}:role/Scheduling`),
    functionProps: { role: Role.fromRoleArn(theirs, 'Running', `arn:aws:iam::${HERE.account}:role/Running`) },
  });
  const template = templateOf(stack);

  test('makes none beside them', () => {
    const types = new Set(Object.values<{ Type: string }>(template.toJSON()['Resources']).map(({ Type }) => Type));

    expect([...types].filter((type) => /DynamoDB|SQS|SNS::Topic|IAM::Role|ScheduleGroup/.test(type))).toEqual([]);
    expect(types).toContain('AWS::Lambda::Function');
  });

  test('schedules in the group, by the role, with the queue', () => {
    for (const { Properties } of resourcesOf(template, 'AWS::Scheduler::Schedule'))
      expect(Properties).toMatchObject({
        GroupName: 'theirs',
        Target: {
          RoleArn: `arn:aws:iam::${HERE.account}:role/Scheduling`,
          DeadLetterConfig: { Arn: arn('sqs', 'Undeliverable') },
        },
      });
  });

  test('gives both roles their rights, rings the topic, and subscribes the address to it', () => {
    const policies = resourcesOf(template, 'AWS::IAM::Policy').map(({ Properties }) => Properties);
    const actions = JSON.stringify(policies);
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').filter(({ id }) => /^Alarms|watchdog/.test(id));

    expect(new Set(policies.flatMap(({ Roles }) => Roles))).toEqual(new Set(['Running', 'Scheduling']));
    for (const action of [
      'lambda:InvokeFunction',
      'sqs:SendMessage',
      'sns:Publish',
      'dynamodb:UpdateItem',
      'dynamodb:BatchGetItem',
    ])
      expect(actions).toContain(action);
    expect(alarms).toHaveLength(6);
    expect(alarms.map(({ Properties }) => Properties['AlarmActions'])).toEqual(alarms.map(() => [arn('sns', 'Topic')]));
    expect(JSON.stringify(resourcesOf(templateOf(theirs), 'AWS::SNS::Subscription'))).toContain('a@example.com');
  });
});

describe("the project's stack in a VPC, with layers and tracing", () => {
  const app = newApp();
  const theirs = new Stack(app, 'Theirs', { env: HERE });
  const vpc = Vpc.fromVpcAttributes(theirs, 'Vpc', {
    ...{ vpcId: 'vpc-1', availabilityZones: ['a', 'b'], privateSubnetIds: ['subnet-1', 'subnet-2'] },
  });
  const layer = arn('lambda', 'layer:Certificates:1');
  const stack = newStack(app, {
    env: HERE,
    functionProps: {
      ...{ vpc, tracing: Tracing.ACTIVE },
      layers: [LayerVersion.fromLayerVersionArn(theirs, 'Layer', layer)],
    },
  });
  const template = templateOf(stack);

  test('is synthesised, with every function in it', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function');

    expect(functions).toHaveLength(3);
    for (const { Properties } of functions)
      expect(Properties).toMatchObject({
        VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: [expect.anything()] },
        Layers: [layer],
        TracingConfig: { Mode: 'Active' },
      });
  });

  test('gives every role what Lambda does there in its name, and nothing else that is new', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.includes('FunctionRole'));

    expect(roles).toHaveLength(3);
    for (const { Properties } of roles) {
      const text = JSON.stringify(Properties);
      for (const action of ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'xray:PutTraceSegments'])
        expect(text).toContain(action);
      expect(text).not.toMatch(/CreateLogGroup|"[a-z]+:\*"/);
    }
  });
});

test('roles and a key that another stack of the app makes are given their rights without a circle of stacks', () => {
  const app = newApp();
  const theirs = new Stack(app, 'Theirs');
  const role = (id: string, service: string) => new Role(theirs, id, { assumedBy: new ServicePrincipal(service) });
  const stack = newStack(app, {
    encryptionKey: new Key(theirs, 'Key'),
    schedulerRole: role('Scheduling', 'scheduler.amazonaws.com'),
    functionProps: { role: role('Running', 'lambda.amazonaws.com') },
  });

  expect(() => app.synth()).not.toThrow();
  expect(resourcesOf(templateOf(theirs), 'AWS::IAM::Policy')).toEqual([]);
  expect(JSON.stringify(resourcesOf(templateOf(theirs), 'AWS::KMS::Key'))).toMatch(
    /logs\..*cloudwatch\.amazonaws\.com/,
  );
  expect(JSON.stringify(resourcesOf(templateOf(stack), 'AWS::IAM::Policy'))).toContain('kms:ViaService');
});

test('a role that was imported as one that keeps its rights is given none', () => {
  const app = newApp();
  const theirs = new Stack(app, 'Theirs', { env: HERE });
  const role = Role.fromRoleArn(theirs, 'Fixed', `arn:aws:iam::${HERE.account}:role/Fixed`, { mutable: false });
  const template = templateOf(newStack(app, { env: HERE, functionProps: { role } }));

  expect(resourcesOf(template, 'AWS::IAM::Policy').map(({ id }) => id)).toEqual([expect.stringMatching(/^Scheduler/)]);
});

test('a FIFO queue for what is undeliverable is refused', () => {
  const app = newApp();
  const queue = Queue.fromQueueArn(new Stack(app, 'Theirs'), 'Queue', arn('sqs', 'Theirs.fifo'));

  expect(() => newStack(app, { undeliverableQueue: queue })).toThrow(
    'undeliverableQueue: expected a standard queue, got a FIFO queue',
  );
});
