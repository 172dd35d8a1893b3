/**
 * A stack can be destroyed and deployed again: what stays has a name that CloudFormation chose, what has a name of its
 * own goes, and tables that stayed can be given back.
 */
import { afterAll, describe, expect, test } from 'vitest';
import {
  newApp,
  newStack,
  removeOutputs,
  resourceLike,
  resourcesOf,
  rightsOf,
  settingsOf,
  synthesised,
  templateOf,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

/** The property that names a resource in its account and region. Types that can't be named are not in the list. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::Logs::QueryDefinition': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
};
/** Parts of another resource: they have no name in the account, and go with what they belong to. */
const PARTS = [
  'AWS::IAM::Policy',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::SNS::TopicPolicy',
  'AWS::SNS::Subscription',
  'AWS::SQS::QueuePolicy',
];

interface Entry {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function resources(settings: Readonly<Record<string, unknown>> = {}): [string, Entry][] {
  return Object.entries(synthesised(settings).template.toJSON()['Resources'] as Record<string, Entry>);
}

const stays = ({ DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' }: Entry) =>
  DeletionPolicy !== 'Delete' || UpdateReplacePolicy !== 'Delete';
const nameOf = ({ Type, Properties = {} }: Entry) => Properties[NAME_PROPERTIES[Type] ?? ''];

describe('a stack that is destroyed', () => {
  test('has only resources of which the list above says how they are named', () => {
    const types = new Set(resources({ alarmEmail: 'a@example.com' }).map(([, { Type }]) => Type));

    expect([...types].filter((type) => !(type in NAME_PROPERTIES) && !PARTS.includes(type))).toEqual([]);
  });

  test.each([{}, { stage: 'dev' }])('keeps nothing that has a fixed name, under the settings %j', (settings) => {
    const named = resources(settings).filter(([, resource]) => nameOf(resource) !== undefined);

    expect(named.filter(([, resource]) => stays(resource)).map(([id]) => id)).toEqual([]);
  });

  test('keeps its tables and nothing else', () => {
    const kept = resources().filter(([, resource]) => stays(resource));

    expect(kept.map(([, { Type }]) => Type)).toEqual(['AWS::DynamoDB::Table', 'AWS::DynamoDB::Table']);
  });

  test('keeps nothing at all in stage dev', () => {
    expect(resources({ stage: 'dev' }).filter(([, resource]) => stays(resource))).toEqual([]);
  });

  test('lets CloudFormation delete the tables of stage dev', () => {
    const tables = resourcesOf(synthesised({ stage: 'dev' }).template, 'AWS::DynamoDB::Table');

    expect(tables.map(({ Properties }) => Properties['DeletionProtectionEnabled'])).toEqual([false, false]);
  });

  test('keeps the tables of stage dev where the context asks for it', () => {
    const { template } = synthesised({ stage: 'dev', keepTables: 'true' });

    for (const table of resourcesOf(template, 'AWS::DynamoDB::Table'))
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: { DeletionProtectionEnabled: true },
      });
  });
});

describe('tables that are given back', () => {
  const arn = (name: string) => `arn:aws:dynamodb:eu-central-1:111122223333:table/${name}`;
  const given = () => synthesised({ stateTableArn: arn('Kept-State'), flowRunsTableArn: arn('Kept.Runs') }).template;

  test('are used, and none is made', () => {
    expect(resourcesOf(given(), 'AWS::DynamoDB::Table')).toEqual([]);
    expect(resourceLike(given(), 'AWS::Lambda::Function', 'marklateruns').Properties['Environment']).toMatchObject({
      Variables: { TICKOVER_TABLE: 'Kept-State', TICKOVER_FLOW_RUNS_TABLE: 'Kept.Runs' },
    });
  });

  test('are opened to the same calls as tables of the stack, and to no others', () => {
    const actionsOn = (template: ReturnType<typeof given>) =>
      rightsOf(template, 'marklaterunsFunctionRole')
        .filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'))
        .map(({ Action, Condition }) => ({ Action, Condition }));

    expect(actionsOn(given())).toEqual(actionsOn(synthesised().template));
    expect(
      rightsOf(given(), 'marklaterunsFunctionRole')
        .map(({ Resource }) => Resource)
        .filter((resource) => JSON.stringify(resource).includes(':dynamodb:'))
        .toSorted(),
    ).toEqual([arn('Kept-State'), arn('Kept.Runs'), `${arn('Kept.Runs')}/index/waiting`]);
  });
});

test('two stacks of the same code and stage share no name, namespace or folder', () => {
  const settings = settingsOf({});
  const fixedBy = (stackName: string) => {
    const app = newApp();
    const template = templateOf(newStack(app, { settings, stackName })).toJSON();
    const made = Object.values(template['Resources'] as Record<string, Entry>);
    const namespaces = made.map(({ Properties }) => Properties?.['Namespace']);
    const texts = [...made.map((resource) => nameOf(resource)), ...namespaces].filter(
      (text) => typeof text === 'string',
    );
    return new Set(texts.filter((text) => !text.startsWith('AWS/')));
  };
  const [one, other] = [fixedBy('Tickover-prod'), fixedBy('Copy')];

  expect(one.size).toBeGreaterThan(5);
  expect([...one].filter((name) => other.has(name))).toEqual([]);
});
