/** What the project's stack promises of functions, schedules and their roles, one by one. */
import { afterAll, describe, expect, test } from 'vitest';
import { scheduleText } from '../../infra/schedule-expression.ts';
import { watchServices } from '../../lib/services/watch-services.ts';
import {
  arnOf,
  type Resource,
  removeOutputs,
  resourceLike,
  resourcesOf,
  rightsOf,
  statementsOf,
  synthesised,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

const { template } = synthesised();
/** In seconds. */
const watchdogAge = watchServices.schedule.interval / 1_000;

const functionOf = (service: string) => resourceLike(template, 'AWS::Lambda::Function', service);
const scheduleOf = (service: string) => resourceLike(template, 'AWS::Scheduler::Schedule', service);

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

    expect(used).toEqual(
      groups.map(({ id }) => ({ LogFormat: 'JSON', SystemLogLevel: 'WARN', LogGroup: { Ref: id } })),
    );
    for (const group of groups)
      expect(group).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
  });

  test('shows stacks in the lines of the sources', () =>
    each(({ Properties }) =>
      expect(Properties['Environment']).toMatchObject({ Variables: { NODE_OPTIONS: '--enable-source-maps' } }),
    ));

  test('is given its table and its namespace', () => {
    const { id } = resourceLike(template, 'AWS::DynamoDB::Table', 'StateTable');

    each(({ Properties }) =>
      expect(Properties['Environment']).toMatchObject({
        Variables: { TICKOVER_TABLE: { Ref: id }, TICKOVER_METRICS_NAMESPACE: 'Tickover-prod' },
      }),
    );
  });

  test('is not run again by Lambda, and no event of one that failed is kept', () => {
    const configs = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig');

    expect(configs).toHaveLength(3);
    for (const { Properties } of configs)
      expect(Properties).toEqual({
        FunctionName: expect.anything(),
        MaximumEventAgeInSeconds: expect.any(Number),
        MaximumRetryAttempts: 0,
        Qualifier: '$LATEST',
      });
    expect(resourcesOf(template, 'AWS::SQS::Queue').map(({ id }) => id)).toEqual([
      expect.stringMatching(/^Undeliverable/),
    ]);
  });

  test('gives up an event that waited until the next one', () => {
    const ageOf = (service: string) =>
      resourceLike(template, 'AWS::Lambda::EventInvokeConfig', service).Properties['MaximumEventAgeInSeconds'];

    expect([ageOf('checkendpoints'), ageOf('watchservices')]).toEqual([60, watchdogAge]);
  });

  test('may last as long as one invocation of its service', () => {
    expect(functionOf('checkendpoints').Properties['Timeout']).toBe(50);
    expect(functionOf('marklateruns').Properties['Timeout']).toBe(30);
  });

  test('has a role of its own without a managed policy', () => {
    const roles = resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties['Role']);
    const own = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.includes('FunctionRole'));

    expect(roles).toEqual(own.map(({ id }) => arnOf({ id })));
    for (const { Properties } of own) expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('the role of a function', () => {
  test("may work with its own service's items, and logs to its own group", () => {
    expect(rightsOf(template, 'checkendpoints')).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: arnOf(resourceLike(template, 'AWS::Logs::LogGroup', 'checkendpoints')),
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        Resource: arnOf(resourceLike(template, 'AWS::DynamoDB::Table', 'StateTable')),
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['check-endpoints'] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      },
    ]);
  });

  test('the role of mark-late-runs may also find waiting runs and move them on', () => {
    const flowRuns = arnOf(resourceLike(template, 'AWS::DynamoDB::Table', 'FlowRuns'));

    expect(rightsOf(template, 'marklateruns').slice(2)).toEqual([
      { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: flowRuns },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: { 'Fn::Join': ['', [flowRuns, '/index/waiting']] } },
    ]);
  });

  test('the role of watch-services may also read the items of the others', () => {
    expect(rightsOf(template, 'watchservices').slice(2)).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:BatchGetItem', 'dynamodb:Query'],
        Resource: arnOf(resourceLike(template, 'AWS::DynamoDB::Table', 'StateTable')),
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['check-endpoints', 'mark-late-runs'] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: resourceLike(template, 'AWS::SNS::Topic').id } },
    ]);
  });
});

describe('every schedule', () => {
  test('lies in the one group, comes after it, and fires by the one role', () => {
    const { id: group } = resourceLike(template, 'AWS::Scheduler::ScheduleGroup');
    const { id: role } = resourceLike(template, 'AWS::IAM::Role', 'Scheduler');
    const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule');

    expect(schedules).toHaveLength(3);
    for (const schedule of schedules) {
      // A reference is an order too.
      expect(schedule.Properties['GroupName']).toEqual({ Ref: group });
      expect(schedule.Properties['Target']).toMatchObject({ RoleArn: arnOf({ id: role }) });
    }
  });

  test('invokes the function of its service with what the handler reads', () => {
    const { Target } = scheduleOf('checkendpoints').Properties as { Target: { Arn: unknown; Input: string } };

    expect(Target.Arn).toEqual(arnOf(functionOf('checkendpoints')));
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
    expect(scheduleOf('watchservices').Properties['ScheduleExpression']).toBe(
      scheduleText(watchServices.schedule).expression,
    );
  });

  test('gives a firing up when the next is due, and puts aside what it could not deliver', () => {
    const { id: queue } = resourceLike(template, 'AWS::SQS::Queue', 'Undeliverable');

    expect(scheduleOf('watchservices').Properties['Target']).toMatchObject({
      RetryPolicy: { MaximumEventAgeInSeconds: watchdogAge, MaximumRetryAttempts: expect.any(Number) },
      DeadLetterConfig: { Arn: arnOf({ id: queue }) },
    });
  });
});

describe('the role of Scheduler', () => {
  test('may invoke exactly the functions, and send to the queue of what is undeliverable', () => {
    expect(statementsOf(template, 'Scheduler')).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: resourcesOf(template, 'AWS::Lambda::Function').map(({ id }) => arnOf({ id })),
      },
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: arnOf(resourceLike(template, 'AWS::SQS::Queue', 'Undeliverable')),
      },
    ]);
  });

  test('can be taken by Scheduler alone, for schedules of the group', () => {
    const { id: group } = resourceLike(template, 'AWS::Scheduler::ScheduleGroup');

    expect(resourceLike(template, 'AWS::IAM::Role', 'Scheduler').Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':schedule-group/', { Ref: group }])] },
            },
          },
        },
      ],
    });
  });
});

test('a service takes six resources, its alarm among them: role, log, function, invoke configuration, schedule', () => {
  const all = Object.entries(template.toJSON()['Resources'] as Record<string, { Type: string }>);

  for (const service of ['checkendpoints', 'marklateruns', 'watchservices']) {
    const own = all.filter(([id]) => id.startsWith(service)).map(([, { Type }]) => Type);
    expect(own.toSorted()).toEqual([
      'AWS::CloudWatch::Alarm',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'AWS::Scheduler::Schedule',
    ]);
  }
});

test('the names of the functions are outputs, for whoever invokes by hand', () => {
  expect(Object.entries(template.findOutputs('*')).map(([key, { Value }]) => [key, Value])).toEqual(
    ['checkendpoints', 'marklateruns', 'watchservices'].map((service) => [
      `${service}function`,
      { Ref: functionOf(service).id },
    ]),
  );
});
