/** What the project's stack promises of what holds data, one by one: tables and queues. */
import { afterAll, describe, expect, test } from 'vitest';
import { type Resource, removeOutputs, resourceLike, resourcesOf, synthesised } from '../support/stack-kit.ts';

afterAll(removeOutputs);

const { template } = synthesised();

const functionOf = (service: string) => resourceLike(template, 'AWS::Lambda::Function', service);

describe('the state table', () => {
  test('has the keys that the store works with', () => {
    expect(resourceLike(template, 'AWS::DynamoDB::Table', 'StateTable').Properties).toMatchObject({
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
    expect(resourceLike(template, 'AWS::DynamoDB::Table', 'StateTable').Properties['TimeToLiveSpecification']).toEqual({
      AttributeName: 'expiresAtSeconds',
      Enabled: true,
    });
  });
});

describe('the flow-runs table', () => {
  test('has its key and the index of waiting runs', () => {
    expect(resourceLike(template, 'AWS::DynamoDB::Table', 'FlowRuns').Properties).toMatchObject({
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
    const { id } = resourceLike(template, 'AWS::DynamoDB::Table', 'FlowRuns');

    expect(functionOf('marklateruns').Properties['Environment']).toMatchObject({
      Variables: { TICKOVER_FLOW_RUNS_TABLE: { Ref: id } },
    });
  });

  test('is not made where mark-late-runs is disabled, and nothing else of that service is', () => {
    const { template: without } = synthesised({ services: { 'mark-late-runs': { enabled: false } } });

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

  // DynamoDB encrypts every table at rest; only a key other than its own is asked for. A key of ours would cost a
  // dollar a month and a call's price a request, and keep nobody out whom the roles let in.
  test('is encrypted, by the key that AWS owns', () =>
    each(({ Properties }) => expect(Properties).not.toHaveProperty('SSESpecification')));

  test('can be taken back to any second', () =>
    each(({ Properties }) =>
      expect(Properties['PointInTimeRecoverySpecification']).toEqual({ PointInTimeRecoveryEnabled: true }),
    ));

  test('stays when its stack is deleted or it is replaced', () =>
    each((table) => expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })));

  test('refuses to be deleted', () =>
    each(({ Properties }) => expect(Properties['DeletionProtectionEnabled']).toBe(true)));

  test('does not refuse where the context allows it', () => {
    const tables = resourcesOf(synthesised({ deletionProtection: 'false' }).template, 'AWS::DynamoDB::Table');

    expect(tables.map(({ Properties }) => Properties['DeletionProtectionEnabled'])).toEqual([false, false]);
  });
});

describe('the queue of what is undeliverable', () => {
  test('is the only one, standard, encrypted by SQS, and keeps messages for 14 days', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue');

    expect(queues).toHaveLength(1);
    for (const { Properties } of queues)
      expect(Properties).toEqual({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
  });

  test('is reached by TLS only', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue').map(({ id }) => id);
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy');

    expect(policies.map(({ Properties }) => Properties['Queues'])).toEqual(queues.map((id) => [{ Ref: id }]));
    for (const { Properties } of policies)
      expect(Properties['PolicyDocument']).toMatchObject({
        Statement: [{ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      });
  });
});
