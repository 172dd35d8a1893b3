/** Stages stand side by side in one account, and what holds data keeps its place. */
import type { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, test } from 'vitest';
import { removeOutputs, resourcesOf, synthesised } from '../support/stack-kit.ts';

afterAll(removeOutputs);

const inStage = (stage: string) => synthesised({ stage });

/** Properties by which a resource is given a name that can be taken once in an account. */
const NAMES = [
  ...['TableName', 'FunctionName', 'QueueName', 'RoleName', 'LogGroupName', 'TopicName'],
  ...['AlarmName', 'DashboardName', 'Name', 'PolicyName', 'ManagedPolicyName'],
];

const namesIn = (stage: string): string[] =>
  Object.values<{ Type: string; Properties?: Record<string, unknown> }>(inStage(stage).template.toJSON()['Resources'])
    // An inline policy's name counts within its role alone.
    .filter(({ Type }) => Type !== 'AWS::IAM::Policy')
    .flatMap(({ Properties = {} }) => NAMES.map((name) => Properties[name]))
    .filter((name) => typeof name === 'string');

describe('two stages', () => {
  test('are stacks of their own', () => {
    expect(inStage('dev').stack.stackName).toBe('Tickover-dev');
    expect(inStage('prod').stack.stackName).toBe('Tickover-prod');
  });

  test('take no name that the other has, and only names with their stage in them', () => {
    const dev = namesIn('dev');
    const prod = namesIn('prod');

    expect(prod.filter((name) => dev.includes(name))).toEqual([]);
    expect(prod.filter((name) => !/Tickover-?prod/.test(name))).toEqual([]);
    expect(dev.filter((name) => !/Tickover-?dev/.test(name))).toEqual([]);
  });

  test('page in prod and stay quiet in dev, where a single service may be given alarms', () => {
    const alarmsIn = (template: Template) => resourcesOf(template, 'AWS::CloudWatch::Alarm');
    const asked = alarmsIn(
      synthesised({ stage: 'dev', services: { 'check-endpoints': { alarms: 'essential' } } }).template,
    );

    expect(alarmsIn(inStage('dev').template)).toEqual([]);
    expect(alarmsIn(inStage('prod').template).length).toBeGreaterThan(3);
    expect(asked.filter(({ id }) => !id.startsWith('checkendpoints'))).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  test('file their metrics apart', () => {
    const namespaces = (stage: string) =>
      resourcesOf(inStage(stage).template, 'AWS::Lambda::Function').map(
        ({ Properties }) =>
          (Properties['Environment'] as { Variables: Record<string, unknown> }).Variables['TICKOVER_METRICS_NAMESPACE'],
      );

    expect(new Set(namespaces('dev'))).toEqual(new Set(['Tickover-dev']));
    expect(new Set(namespaces('prod'))).toEqual(new Set(['Tickover-prod']));
  });
});

/**
 * A logical id that changes makes CloudFormation put a new, empty table in the place of the old one, or lose a queue
 * with what it holds. If this fails, rename back; never change the list without moving the data.
 */
test('the resources that hold data have the logical ids they always had', () => {
  const held = (stage: string) =>
    ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup'].flatMap((type) =>
      resourcesOf(inStage(stage).template, type).map(({ id }) => id),
    );

  expect(held('prod')).toEqual([
    'FlowRunsTableFlowRunsTableF41795DA',
    'StateTableStateTable34EEF51E',
    'UndeliverableQueueB7BE39A8',
    'checkendpointsFunctionLogA131084C',
    'marklaterunsFunctionLog2268DA98',
    'watchservicesFunctionLog163341EB',
  ]);
  expect(held('dev')).toEqual(held('prod'));
});
