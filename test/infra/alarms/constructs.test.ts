/** What the constructs promise of the template, one promise at a time. */
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Pager } from '../../../infra/constructs/pager.ts';
import { defineService } from '../../../lib/service/index.ts';
import { synthesise } from './evaluator-stack.ts';
import { readAlarms } from './evaluator-template.ts';

const service = (name: string) => defineService({ name, interval: '1m', workload: async () => {} });

describe('the alarms of two services in a stack', () => {
  const { template, ids } = synthesise([service('poll'), service('sweep')], { level: 'full' });
  const { metrics, composites } = readAlarms(template);

  test('notify people through the pagers alone, and through the queues of what could not be delivered and of what broke', () => {
    const acting = [...metrics, ...composites].filter(({ actions }) => actions > 0).map(({ id }) => id);

    expect(acting.toSorted()).toEqual(
      [ids['pager'], ids['sweep/pager'], ids['undeliverable'], ids['failed']].toSorted(),
    );
  });

  test('have one alarm between them on which the pagers wait', () => {
    expect(new Set(composites.map(({ suppressor }) => suppressor)).size).toBe(1);
    expect(metrics.filter(({ metricName }) => metricName === 'Never').map(({ id }) => id)).toEqual([
      composites[0]?.suppressor,
    ]);
    expect(composites.map(({ wait }) => wait)).toEqual([120_000, 120_000]);
  });

  test('are six and a pager for each service, three once', () => {
    expect([metrics.length, composites.length]).toEqual([2 * 6 + 3, 2]);
  });

  test('have no fixed names', () => {
    for (const { Type, Properties = {} } of Object.values(template.Resources)) {
      if (Type === 'AWS::CloudWatch::Alarm') expect(Properties['AlarmName']).toBeUndefined();
    }
    expect(composites).toHaveLength(2);
  });

  test('read the metrics of their own function', () => {
    const functions = metrics
      .filter(({ namespace }) => namespace === 'AWS/Lambda')
      .map(({ dimensions }) => dimensions['FunctionName']);

    expect(new Set(functions)).toEqual(
      new Set(functions.filter((name) => template.Resources[name ?? '']?.Type === 'AWS::Lambda::Function')),
    );
    expect(new Set(functions).size).toBe(2);
  });

  test('name in their descriptions which command to run, with the name of the function', () => {
    for (const { description } of [...metrics, ...composites]) {
      expect(description).toMatch(/^Never rings|aws (lambda|sqs) /);
      expect(description.length).toBeLessThanOrEqual(1_024);
    }
  });
});

test("a service at level 'none' has no alarm, and nothing to wait on", () => {
  const { metrics, composites } = readAlarms(synthesise([service('poll')], { level: 'none' }).template);

  expect(metrics.map(({ metricName }) => metricName)).toEqual([
    'ApproximateNumberOfMessagesVisible',
    'ApproximateNumberOfMessagesVisible',
  ]);
  expect(composites).toEqual([]);
});

describe('the pager', () => {
  const stack = new Stack(new App(), 'Pages');
  new Pager(stack, 'Pager', { email: 'somebody@example.com' });
  const template = Template.fromStack(stack);
  const statement = (expected: object) =>
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(expected)]) },
    });

  test('lets CloudWatch publish, for alarms of this account', () => {
    statement({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
  });

  test('refuses whoever comes without TLS', () => {
    statement({ Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
  });

  test('mails to the address it is given', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'somebody@example.com' });
  });

  test('mails to nobody if it is given none', () => {
    const silent = new Stack(new App(), 'Silent');
    new Pager(silent, 'Pager');

    Template.fromStack(silent).resourceCountIs('AWS::SNS::Subscription', 0);
  });
});
