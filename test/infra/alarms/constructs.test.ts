/** What the constructs promise of the template, one promise at a time. */
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Pager } from '../../../infra/constructs/pager.ts';
import { defineService } from '../../../lib/service/index.ts';
import { actionOn, synthesise } from './evaluator-stack.ts';
import { readAlarms } from './evaluator-template.ts';

const service = (name: string) => defineService({ name, interval: '1m', workload: async () => {} });
const DELIVERIES = ['delivery-errors', 'delivery-throttles', 'dropped', 'lost', 'undeliverable'];

describe('the alarms of two services in a stack', () => {
  const { template, ids } = synthesise([service('poll'), service('sweep')], { level: 'full' });
  const alarms = readAlarms(template);
  const resource = (id: string) => template.Resources[ids[id] ?? '']?.Properties ?? {};

  test('publish to the topic where the watchdog or a delivery is in trouble, and nowhere else', () => {
    const acting = alarms.filter(({ actions }) => actions > 0).map(({ id }) => id);
    const expected = ['watch-services/watchdog', ...DELIVERIES].map((id) => ids[id]);

    expect(acting.toSorted()).toEqual(expected.toSorted());
  });

  test('are one for each service at level essential, and five and the watchdog once', () => {
    expect(readAlarms(synthesise([service('poll'), service('sweep')]).template)).toHaveLength(2 + 6);
    expect(alarms).toHaveLength(2 * 3 + 2 + 6);
  });

  test('have no fixed names, and none keeps its state for want of samples', () => {
    for (const { Type, Properties = {} } of Object.values(template.Resources)) {
      if (Type === 'AWS::CloudWatch::Alarm') expect(Properties['AlarmName']).toBeUndefined();
    }
    expect(new Set(alarms.map(({ missing }) => missing))).toEqual(new Set(['breaching', 'notBreaching']));
  });

  test('read the metrics of their own function', () => {
    const functions = alarms
      .filter(({ namespace }) => namespace === 'AWS/Lambda')
      .map(({ dimensions }) => dimensions['FunctionName']);

    expect(new Set(functions).size).toBe(3);
    expect(functions.filter((name) => template.Resources[name ?? '']?.Type !== 'AWS::Lambda::Function')).toEqual([]);
  });

  test('read the deliveries of the one group and the one queue', () => {
    expect(resource('delivery-errors')['Dimensions']).toEqual([
      { Name: 'ScheduleGroup', Value: { Ref: expect.stringMatching(/^SchedulesGroup/) } },
    ]);
    expect(resource('undeliverable')['Dimensions']).toEqual([
      { Name: 'QueueName', Value: { 'Fn::GetAtt': [expect.stringMatching(/^Undeliverable/), 'QueueName'] } },
    ]);
  });

  test('warm up where a sample is missed: the watchdog alone, whose logical id has its windows', () => {
    expect(alarms.filter(({ warmUp }) => warmUp > 0).map(({ id }) => id)).toEqual([ids['watch-services/watchdog']]);
    expect(ids['watch-services/watchdog']).toMatch(/^watchserviceswatchdog15x60s/);
    expect(resource('watch-services/watchdog')['WarmUpConfiguration']).toEqual({ WarmUpPeriodDurationInMinutes: 30 });
  });

  test('have the actions of the user besides, when they fire and when they end', () => {
    const actions = { alarmActions: [actionOn('arn:mine')], okActions: [actionOn('arn:fine')] };
    const acting = synthesise([service('poll')], actions);
    const by = (id: string) => acting.template.Resources[acting.ids[id] ?? '']?.Properties ?? {};
    const topic = { Ref: expect.stringMatching(/^Pager/) };

    expect([by('poll/unhealthy')['AlarmActions'], by('poll/unhealthy')['OKActions']]).toEqual([
      ['arn:mine'],
      ['arn:fine'],
    ]);
    for (const id of ['watch-services/watchdog', ...DELIVERIES]) {
      expect(by(id)['AlarmActions']).toEqual(['arn:mine', topic]);
      expect(by(id)['OKActions']).toEqual(['arn:fine']);
    }
  });
});

test("a service at level 'none' has no alarm", () => {
  const { ids } = synthesise([service('poll')], { level: 'none' });

  expect(Object.keys(ids)).toEqual(DELIVERIES);
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
