/** What the project's stack promises, one by one. */
import type { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  newApp,
  newStack,
  type Resource,
  removeOutputs,
  resourcesOf,
  SYNTH_TIMEOUT,
  settingsOf,
  templateOf,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

let template: Template;
beforeAll(() => {
  template = templateOf(newStack());
}, SYNTH_TIMEOUT);

const only = (type: string, part: string): Resource => {
  const found = resourcesOf(template, type).filter(({ id }) => id.includes(part));
  const [resource] = found;
  if (resource === undefined || found.length > 1)
    throw new Error(`expected one ${type} like ${part}, got ${found.length}`);
  return resource;
};
const functionOf = (service: string) => only('AWS::Lambda::Function', service);
const scheduleOf = (service: string) => only('AWS::Scheduler::Schedule', service);
const statementsOf = (part: string) => {
  const { PolicyDocument } = only('AWS::IAM::Policy', part).Properties;
  return (PolicyDocument as { Statement: Record<string, unknown>[] }).Statement;
};
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('the state table', () => {
  test('has the keys that the store works with', () => {
    expect(only('AWS::DynamoDB::Table', 'StateTable').Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    });
  });

  test('lets run records expire', () => {
    expect(only('AWS::DynamoDB::Table', 'StateTable').Properties['TimeToLiveSpecification']).toEqual({
      AttributeName: 'expiresAtSeconds',
      Enabled: true,
    });
  });
});

describe('the flow-runs table', () => {
  test('has its key and the index of waiting runs', () => {
    expect(only('AWS::DynamoDB::Table', 'FlowRuns').Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'waiting',
          KeySchema: [
            { AttributeName: 'waiting', KeyType: 'HASH' },
            { AttributeName: 'nextScheduledStartTime', KeyType: 'RANGE' },
          ],
          Projection: {
            ProjectionType: 'INCLUDE',
            NonKeyAttributes: ['name', 'deploymentId', 'stateId', 'stateType', 'stateName', 'stateTimestamp'],
          },
        },
      ],
      AttributeDefinitions: expect.arrayContaining([
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'waiting', AttributeType: 'S' },
        { AttributeName: 'nextScheduledStartTime', AttributeType: 'N' },
      ]),
    });
  });

  test('is named to the function of mark-late-runs', () => {
    const { id } = only('AWS::DynamoDB::Table', 'FlowRuns');

    expect(functionOf('marklateruns').Properties['Environment']).toMatchObject({
      Variables: { TICKOVER_FLOW_RUNS_TABLE: { Ref: id } },
    });
  });

  test('is not made where mark-late-runs is disabled, and nothing else of that service is', () => {
    const settings = settingsOf({ services: { 'mark-late-runs': { enabled: false } } });
    const without = templateOf(newStack(newApp(), { settings }));

    expect(resourcesOf(without, 'AWS::DynamoDB::Table').map(({ id }) => id)).toEqual([
      expect.stringContaining('StateTable'),
    ]);
    expect(JSON.stringify(without.toJSON())).not.toMatch(/marklateruns|FlowRuns/);
  });
});

describe('every table', () => {
  const each = (held: (table: Resource) => void) => {
    const tables = resourcesOf(template, 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(2);
    tables.forEach(held);
  };

  test('is paid by request', () => each(({ Properties }) => expect(Properties['BillingMode']).toBe('PAY_PER_REQUEST')));

  test('can be taken back to any second', () =>
    each(({ Properties }) =>
      expect(Properties['PointInTimeRecoverySpecification']).toEqual({ PointInTimeRecoveryEnabled: true }),
    ));

  test('stays when its stack is deleted or it is replaced', () =>
    each((table) => expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })));

  test('refuses to be deleted', () =>
    each(({ Properties }) => expect(Properties['DeletionProtectionEnabled']).toBe(true)));

  test('does not refuse where the context says so', () => {
    const settings = settingsOf({ deletionProtection: 'false' });
    const tables = resourcesOf(templateOf(newStack(newApp(), { settings })), 'AWS::DynamoDB::Table');

    expect(tables.map(({ Properties }) => Properties['DeletionProtectionEnabled'])).toEqual([false, false]);
  });
});

describe('every function', () => {
  const each = (held: (made: Resource) => void) => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(3);
    functions.forEach(held);
  };

  test('runs on Node 24 and arm64', () =>
    each(({ Properties }) => expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })));

  test('logs JSON into a group of its own, which keeps lines for 30 days and goes with the stack', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup');
    const used = resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties['LoggingConfig']);

    expect(used).toEqual(groups.map(({ id }) => ({ LogFormat: 'JSON', LogGroup: { Ref: id } })));
    for (const group of groups)
      expect(group).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
  });

  test('tells stacks in the lines of the sources', () =>
    each(({ Properties }) =>
      expect(Properties['Environment']).toMatchObject({ Variables: { NODE_OPTIONS: '--enable-source-maps' } }),
    ));

  test('is told its table and its namespace', () => {
    const { id } = only('AWS::DynamoDB::Table', 'StateTable');

    each(({ Properties }) =>
      expect(Properties['Environment']).toMatchObject({
        Variables: { TICKOVER_TABLE: { Ref: id }, TICKOVER_METRICS_NAMESPACE: 'Tickover-prod' },
      }),
    );
  });

  test('is not run again by Lambda, and what failed goes to the one queue for it', () => {
    const { id: queue } = only('AWS::SQS::Queue', 'Failed');
    const configs = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig');

    expect(configs).toHaveLength(3);
    for (const { Properties } of configs)
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arnOf(queue) } },
      });
  });

  test('may last as long as one invocation of its service', () => {
    expect(functionOf('checkendpoints').Properties['Timeout']).toBe(50);
    expect(functionOf('marklateruns').Properties['Timeout']).toBe(30);
  });

  test('has a role of its own without a managed policy', () => {
    const roles = resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties['Role']);
    const own = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.includes('FunctionRole'));

    expect(roles).toEqual(own.map(({ id }) => arnOf(id)));
    for (const { Properties } of own) expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('the role of a function', () => {
  test("may work with its own service's items, logs to its own group, and send to the queue for what failed", () => {
    expect(statementsOf('checkendpoints')).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: arnOf(only('AWS::Logs::LogGroup', 'checkendpoints').id),
      },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf(only('AWS::SQS::Queue', 'Failed').id) },
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        Resource: arnOf(only('AWS::DynamoDB::Table', 'StateTable').id),
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['check-endpoints'] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      },
    ]);
  });

  test('of mark-late-runs may also find waiting runs and move them on', () => {
    const flowRuns = arnOf(only('AWS::DynamoDB::Table', 'FlowRuns').id);

    expect(statementsOf('marklateruns').slice(3)).toEqual([
      { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: flowRuns },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: { 'Fn::Join': ['', [flowRuns, '/index/waiting']] } },
    ]);
  });

  test('of watch-services may also read the items of the others', () => {
    expect(statementsOf('watchservices').slice(3)).toEqual([
      {
        Effect: 'Allow',
        Action: 'dynamodb:BatchGetItem',
        Resource: arnOf(only('AWS::DynamoDB::Table', 'StateTable').id),
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['check-endpoints', 'mark-late-runs'] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      },
    ]);
  });
});

describe('every schedule', () => {
  test('lies in the one group, comes after it, and fires by the one role', () => {
    const { id: group, Properties } = only('AWS::Scheduler::ScheduleGroup', '');
    const { id: role } = only('AWS::IAM::Role', 'Scheduler');
    const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule');

    expect(schedules).toHaveLength(3);
    for (const schedule of schedules) {
      expect(schedule.Properties['GroupName']).toBe(Properties['Name']);
      expect(schedule['DependsOn']).toContain(group);
      expect(schedule.Properties['Target']).toMatchObject({ RoleArn: arnOf(role) });
    }
  });

  test('invokes the function of its service with what the handler reads', () => {
    const { Target } = scheduleOf('checkendpoints').Properties as { Target: { Arn: unknown; Input: string } };

    expect(Target.Arn).toEqual(arnOf(functionOf('checkendpoints').id));
    expect(JSON.parse(Target.Input)).toEqual({
      scheduledFor: '<aws.scheduler.scheduled-time>',
      executionId: '<aws.scheduler.execution-id>',
      attempt: '<aws.scheduler.attempt-number>',
    });
  });

  test('is due when its service is', () => {
    expect(scheduleOf('checkendpoints').Properties).toMatchObject({
      ScheduleExpression: 'cron(* * * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
    expect(scheduleOf('watchservices').Properties['ScheduleExpression']).toBe('cron(0/5 * * * ? *)');
  });

  test('gives a firing up when the next is due, and puts aside what it could not deliver', () => {
    const { id: queue } = only('AWS::SQS::Queue', 'Undeliverable');

    expect(scheduleOf('watchservices').Properties['Target']).toMatchObject({
      RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 5 },
      DeadLetterConfig: { Arn: arnOf(queue) },
    });
  });
});

describe('the role of Scheduler', () => {
  test('may invoke exactly the functions, and send to the queue of what is undeliverable', () => {
    expect(statementsOf('Scheduler')).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: resourcesOf(template, 'AWS::Lambda::Function').map(({ id }) => arnOf(id)),
      },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf(only('AWS::SQS::Queue', 'Undeliverable').id) },
    ]);
  });

  test('can be taken by Scheduler alone, for schedules of the group', () => {
    const { id: group } = only('AWS::Scheduler::ScheduleGroup', '');

    expect(only('AWS::IAM::Role', 'Scheduler').Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' }, 'aws:SourceArn': arnOf(group) },
          },
        },
      ],
    });
  });
});

describe('the queues', () => {
  test('are two, standard, encrypted by SQS, and keep messages for 14 days', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue');

    expect(queues).toHaveLength(2);
    for (const { Properties } of queues)
      expect(Properties).toEqual({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
  });

  test('are reached by TLS only', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue').map(({ id }) => id);
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy');

    expect(policies.map(({ Properties }) => Properties['Queues'])).toEqual(queues.map((id) => [{ Ref: id }]));
    for (const { Properties } of policies)
      expect(Properties['PolicyDocument']).toMatchObject({
        Statement: [{ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      });
  });
});

test('a service takes at most 12 resources', () => {
  const all = Object.keys(template.toJSON()['Resources']);

  for (const service of ['checkendpoints', 'marklateruns', 'watchservices']) {
    const own = all.filter((id) => id.startsWith(service));
    expect(own.length).toBeGreaterThanOrEqual(6);
    expect(own.length).toBeLessThanOrEqual(12);
  }
});
