/**
 * Everything on a customer's key: each call that is made on it is allowed, and nothing more. Judged on what is
 * synthesised, and, of a key that exists, on the statements that synth asks for.
 */
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role as IamRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import { Pager } from '../../../infra/constructs/pager.ts';
import { ServiceScheduleGroup } from '../../../infra/constructs/schedule-group.ts';
import { ScheduledService } from '../../../infra/constructs/scheduled-service.ts';
import { StackAlarms } from '../../../infra/constructs/stack-alarms.ts';
import { StateTable } from '../../../infra/constructs/state-table.ts';
import { Watchdog } from '../../../infra/constructs/watchdog.ts';
import {
  ENTRY,
  emptyStack,
  idle,
  newApp,
  newStack,
  removeOutputs,
  settingsOf,
  templateOf,
} from '../../support/stack-kit.ts';
import { allowedCalls } from './access-table.ts';
import { KMS_ACTIONS, policyOf, roleMay, SERVICES, serviceMay } from './key-access.ts';
import { readStatement, type Statement } from './statement.ts';
import { functionRole, itemsOf, serviceOf } from './subject.ts';
import { ACCOUNT, arnOf, ofType, REGION, resolve, rolesOf, type Template } from './template.ts';

afterAll(removeOutputs);

const ITEMS = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
];
const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const LOG_GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:Any`;
const A_PERSON = new ServicePrincipal('example.amazonaws.com');

/** The statements that synth asks a person to add to the key's policy, each once. */
function askedFor(stack: Stack): Statement[] {
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('expected a key whose policy'));
  const texts = warnings.map(({ entry }) => /the statement (\{.*\})[,;]/.exec(String(entry.data))?.[1] ?? '');
  expect(new Set(texts).size).toBe(texts.length);
  return texts.map((text) => readStatement(JSON.parse(text.replaceAll('<accountid>', ACCOUNT))));
}

/** The project's stack on a key that exists, whose policy is what synth asks for. */
function onGivenKey() {
  const stack = newStack(newApp(), {
    settings: settingsOf({ encryptionKeyArn: KEY_ARN, alarmEmail: 'a@example.com' }),
  });
  const [service] = stack.services;
  service?.grantRead(new IamRole(stack, 'Reader', { assumedBy: A_PERSON }));
  service?.grantOperate(new IamRole(stack, 'Operator', { assumedBy: A_PERSON }));
  service?.grantInvoke(new IamRole(stack, 'Invoker', { assumedBy: A_PERSON }));
  const template = templateOf(stack).toJSON() as Template;
  return { stack, template, key: { arn: KEY_ARN, policy: askedFor(stack) } };
}

/** A service in somebody else's stack, which has the key. */
function onOwnKey() {
  const stack = emptyStack();
  const encryptionKey = new Key(stack, 'Key');
  const { topic: pagerTopic } = new Pager(stack, 'Pager', { encryptionKey });
  const { table } = new StateTable(stack, 'State', { encryptionKey });
  const shared = { table, encryptionKey, group: new ServiceScheduleGroup(stack, 'Group').group };
  const made = new ScheduledService(stack, 'Idle', { service: idle(), entry: ENTRY, ...shared });
  const { undeliverableQueue } = made;
  new Watchdog(stack, 'Watchdog', { services: [made], pagerTopic, undeliverableQueue, ...shared });
  new StackAlarms(stack, 'Alarms', { group: shared.group, undeliverableQueue, pagerTopic });
  made.grantRead(new IamRole(stack, 'Reader', { assumedBy: A_PERSON }));
  made.grantOperate(new IamRole(stack, 'Operator', { assumedBy: A_PERSON }));
  made.grantInvoke(new IamRole(stack, 'Invoker', { assumedBy: A_PERSON }));
  const template = templateOf(stack).toJSON() as Template;
  const [[id] = ['']] = ofType(template, 'AWS::KMS::Key');
  return { stack, template, key: { arn: arnOf(template, id), policy: policyOf(template, id) } };
}

const subjects = { 'a key that exists': onGivenKey(), 'a key of the stack': onOwnKey() };

describe.each(Object.entries(subjects))('on %s', (_what, { stack, template, key }) => {
  const role = (part: RegExp) => rolesOf(template).filter(({ id }) => part.test(id));
  const mayBy = (part: RegExp) =>
    role(part).map((each) =>
      Object.fromEntries(
        SERVICES.map((service) => [service, roleMay(key, each, service)]).filter(([, calls]) => calls?.length),
      ),
    );

  test('is every table, queue, topic, log group and environment', () => {
    const keyOf = (type: string, path: readonly string[]) =>
      ofType(template, type).map(([, { Properties = {} }]) =>
        resolve(
          template,
          path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], Properties),
        ),
      );
    const used = [
      ...keyOf('AWS::DynamoDB::Table', ['SSESpecification', 'KMSMasterKeyId']),
      ...keyOf('AWS::SQS::Queue', ['KmsMasterKeyId']),
      ...keyOf('AWS::SNS::Topic', ['KmsMasterKeyId']),
      ...keyOf('AWS::Logs::LogGroup', ['KmsKeyId']),
      ...keyOf('AWS::Lambda::Function', ['KmsKeyArn']),
    ];

    expect(used.length).toBeGreaterThanOrEqual(6);
    expect([...new Set(used)]).toEqual([key.arn]);
  });

  test('a function works with its items and reads its environment, and no more', () => {
    const functions = role(/Function/);
    const own = { dynamodb: [...ITEMS, 'DescribeKey'], lambda: ['Decrypt'] };

    expect(functions).toHaveLength(ofType(template, 'AWS::Lambda::Function').length);
    for (const may of mayBy(/^(?!watch|Watch).*Function/)) expect(may).toEqual(own);
  });

  test('the watchdog publishes besides, and no more', () => {
    expect(mayBy(/^(watch|Watch).*Function/)).toEqual([
      {
        dynamodb: [...ITEMS, 'DescribeKey'],
        sns: ['Decrypt', 'GenerateDataKey'],
        lambda: ['Decrypt'],
      },
    ]);
  });

  test('Scheduler puts aside what it could not deliver, and no more', () => {
    for (const may of mayBy(/Scheduler/)) expect(may).toEqual({ sqs: ['Decrypt', 'GenerateDataKey'] });
    expect(mayBy(/Scheduler/).length).toBeGreaterThan(0);
  });

  test('whoever may read or operate reads state, queue and log, whoever may only invoke nothing', () => {
    const reading = { dynamodb: ['Decrypt', 'DescribeKey'], sqs: ['Decrypt'], logs: ['Decrypt'] };

    expect(mayBy(/^Reader/)).toEqual([reading]);
    expect(mayBy(/^Operator/)).toEqual([reading]);
    expect(mayBy(/^Invoker/)).toEqual([{}]);
  });

  test('no role uses the key by itself', () => {
    expect(rolesOf(template).flatMap((each) => roleMay(key, each))).toEqual([]);
  });

  test('CloudWatch Logs uses it for log groups of the account alone', () => {
    const logs = `logs.${REGION}.amazonaws.com`;
    const groups = (arn: string) => ({ 'kms:EncryptionContext:aws:logs:arn': arn });

    expect(serviceMay(key, logs, groups(LOG_GROUP))).toEqual([...ITEMS, 'DescribeKey']);
    expect(serviceMay(key, logs, groups(LOG_GROUP.replace(ACCOUNT, '999999999999')))).toEqual([]);
    expect(serviceMay(key, logs)).toEqual([]);
  });

  test('CloudWatch uses it to publish alarms', () => {
    expect(serviceMay(key, 'cloudwatch.amazonaws.com')).toEqual([
      ...['Decrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
    ]);
    for (const other of ['events.amazonaws.com', 's3.amazonaws.com', 'lambda.amazonaws.com', 'scheduler.amazonaws.com'])
      expect(serviceMay(key, other)).toEqual([]);
  });

  test('a use of another key is granted to nobody', () => {
    const other = { arn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/other`, policy: key.policy };

    for (const each of rolesOf(template))
      expect(SERVICES.flatMap((service) => roleMay(other, each, service))).toEqual([]);
  });

  test('would be noticed: without its right to the key a function reaches nothing', () => {
    const [lambda] = role(/Function/);
    const permissions = (lambda?.permissions ?? []).filter(({ Action }) => !JSON.stringify(Action).includes('kms:'));

    expect(lambda && roleMay(key, { ...lambda, permissions }, 'dynamodb')).toEqual([]);
    expect(KMS_ACTIONS.length).toBeGreaterThan(ITEMS.length);
    expect(Stack.of(stack)).toBe(stack);
  });
});

describe('items are as narrow on a key as without', () => {
  const { stack, template } = subjects['a key that exists'];
  const asked = { stack: stack as never, template };

  test("a function works with its own service's alone", () => {
    const role = functionRole(asked, serviceOf(asked, 'check-endpoints'));
    const [own] = itemsOf(asked, 'its own', 'check-endpoints');
    const [other] = itemsOf(asked, "another's", 'mark-late-runs');

    expect(own && allowedCalls(role, own)).toEqual(['GetItem', 'PutItem', 'UpdateItem', 'Query']);
    expect(other && allowedCalls(role, other)).toEqual([]);
  });
});

describe('resources that exist, each on a key of its own', () => {
  const keyArn = (name: string) => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${name}`;
  const made = () => {
    const stack = emptyStack();
    const tableKey = Key.fromKeyArn(stack, 'TableKey', keyArn('table'));
    const table = Table.fromTableAttributes(stack, 'Table', {
      tableArn: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/State`,
      encryptionKey: tableKey,
    });
    const queue = (id: string) =>
      Queue.fromQueueAttributes(stack, id, { queueArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${id}`, keyArn: keyArn(id) });
    const pagerTopic = Topic.fromTopicAttributes(stack, 'Topic', {
      topicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:Topic`,
      keyArn: keyArn('topic'),
    });
    const schedulerRole = IamRole.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/Scheduling`);
    const environmentEncryption = Key.fromKeyArn(stack, 'EnvironmentKey', keyArn('environment'));
    const service = new ScheduledService(stack, 'Idle', {
      ...{ service: idle(), entry: ENTRY, table, schedulerRole },
      ...{ undeliverableQueue: queue('Undeliverable') },
      functionProps: { environmentEncryption },
    });
    new Watchdog(stack, 'Watchdog', {
      ...{ services: [service], table, pagerTopic, schedulerRole },
      ...{ undeliverableQueue: service.undeliverableQueue, functionProps: { environmentEncryption } },
    });
    return { stack, service, template: templateOf(stack).toJSON() as Template };
  };

  test('are used, none is made beside them, and each key is granted for its own use', () => {
    const { template } = made();
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    const [lambda, watchdog] = rolesOf(template).filter(({ id }) => id.includes('Function'));
    const policy = [readStatement({ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' })];
    const may = (name: string, role = lambda) =>
      Object.fromEntries(
        SERVICES.map((service) => [service, role ? roleMay({ arn: keyArn(name), policy }, role, service) : []]).filter(
          ([, calls]) => calls?.length,
        ),
      );

    for (const type of ['DynamoDB::Table', 'SQS::Queue', 'SNS::Topic', 'KMS::Key'])
      expect(types).not.toContain(`AWS::${type}`);
    expect(types.filter((type) => type === 'AWS::IAM::Role')).toHaveLength(2);
    expect(may('table')).toEqual({ dynamodb: [...ITEMS, 'DescribeKey'] });
    expect(may('topic')).toEqual({});
    expect(may('topic', watchdog)).toEqual({ sns: ['Decrypt', 'GenerateDataKey'] });
    expect(may('Undeliverable')).toEqual({});
    expect(may('environment')).toEqual({ lambda: ['Decrypt'] });
  });

  test('have synth say which statement the policy of each key needs', () => {
    const { stack } = made();
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('expected a key'));
    const texts = warnings.map(({ entry }) => String(entry.data));

    expect(texts.map((text) => text.split(': ')[0]).toSorted()).toEqual(
      ['Undeliverable', 'environment', 'table', 'table', 'topic', 'topic'].map(keyArn),
    );
    expect(texts.filter((text) => text.includes('key/topic')).join('\n')).toContain(
      `${keyArn('topic')}: expected a key whose policy has the statement {"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},` +
        '"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*"}; an imported key keeps its policy, so add it there.',
    );
    expect(texts.find((text) => text.includes('key/table'))).toContain(
      'unless it lets the IAM policies of the account grant its use, as it does by default',
    );
  });
});

test('a key of the context that is none is refused', () => {
  expect(() => settingsOf({ encryptionKeyArn: 'alias/mine' })).toThrow(
    "encryptionKeyArn: expected a key's ARN, such as arn:aws:kms:eu-central-1:111122223333:key/1234abcd-..., got 'alias/mine'",
  );
});
