/** Many services in one function: what they share, what each has of its own, and what is refused. */
import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { type CfnKey, Key } from 'aws-cdk-lib/aws-kms';
import { afterAll, describe, expect, test } from 'vitest';
import { ServiceGroup } from '../../../infra/constructs/group/service-group.ts';
import { ScheduledService } from '../../../infra/constructs/scheduled-service.ts';
import { StateTable } from '../../../infra/constructs/state-table.ts';
import { Watchdog } from '../../../infra/constructs/watchdog.ts';
import { watchServices } from '../../../lib/services/watch-services.ts';
import { ENTRY, emptyStack, idle, newApp, removeOutputs, resourcesOf, templateOf } from '../../support/stack-kit.ts';
import { judge } from '../policy/evaluator.ts';
import { policyOf, roleMay, SERVICES } from '../policy/key-access.ts';
import { arnOf, rolesOf, type Template } from '../policy/template.ts';
import { grouped, member, propertiesOf } from './kit.ts';

afterAll(removeOutputs);

describe('the services of a group share', () => {
  test.each(['Lambda::Function', 'Logs::LogGroup', 'Lambda::EventInvokeConfig', 'DynamoDB::Table', 'SQS::Queue'])(
    'one %s',
    (type) => {
      expect(propertiesOf(grouped(), `AWS::${type}`)).toHaveLength(1);
    },
  );

  test('one role besides that of Scheduler', () => {
    expect(propertiesOf(grouped(), 'AWS::IAM::Role')).toHaveLength(2);
  });

  test('the longest of their invocation timeouts, and of the ages of their events', () => {
    expect(propertiesOf(grouped(), 'AWS::Lambda::Function')).toMatchObject([
      { Timeout: 170, MemorySize: 256, Description: 'Tickover: runs the 3 services of the group Small.' },
    ]);
    expect(propertiesOf(grouped(), 'AWS::Lambda::EventInvokeConfig')).toMatchObject([
      { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 0 },
    ]);
  });

  test('one environment, which has neither a build id nor an interval', () => {
    const made = grouped({ environment: { MY_URL: 'x' }, metrics: 'detailed', memorySize: 512 });
    const [{ Environment, MemorySize } = {}] = propertiesOf(made, 'AWS::Lambda::Function');
    const { Variables } = Environment as { Variables: Record<string, unknown> };

    expect(MemorySize).toBe(512);
    expect(Variables).toMatchObject({
      MY_URL: 'x',
      TICKOVER_METRICS: 'detailed',
      TICKOVER_METRICS_NAMESPACE: 'Theirs',
    });
    expect(Object.keys(Variables)).not.toEqual(expect.arrayContaining([expect.stringMatching(/BUILD|INTERVAL/)]));
  });
});

describe('each service of a group has', () => {
  test('a schedule of its own, whose Input names it', () => {
    const schedules = propertiesOf(grouped(), 'AWS::Scheduler::Schedule');
    const inputs = schedules.map(({ Target }) => JSON.parse((Target as { Input: string }).Input));

    expect(schedules.map(({ ScheduleExpression }) => ScheduleExpression).toSorted()).toEqual([
      'cron(* * * * ? *)',
      expect.stringMatching(/^cron\(/),
      expect.stringMatching(/^cron\(/),
    ]);
    expect(inputs.map(({ service }) => service).toSorted()).toEqual(['a', 'b', 'c']);
    for (const input of inputs)
      expect(input).toMatchObject({ scheduledFor: '<aws.scheduler.scheduled-time>', attempt: expect.any(String) });
  });

  test('an alarm of its own, whose command names it', () => {
    const alarms = propertiesOf(grouped(), 'AWS::CloudWatch::Alarm');

    expect(alarms).toHaveLength(3);
    expect(JSON.stringify(alarms)).toContain(String.raw`'{\"service\":\"a\",\"action\":\"status\"}'`);
    expect(alarms.flatMap(({ Dimensions }) => Dimensions)).toEqual(
      expect.arrayContaining([{ Name: 'service', Value: 'b' }]),
    );
  });

  test('a place in the entry: its build id, its interval if that is another, and its import', () => {
    const services = [{ ...member('a'), interval: '7m' as const }, member('b')];
    const entry = readFileSync(grouped({ services }).made.entry, 'utf8');

    expect(entry).toContain('export const handler = groupHandler("Small", {');
    expect(entry).toMatch(
      /"a": \{ build: "[0-9a-f]{16}", interval: "420000ms", load: \(\) => import\("[^"]+functions\/check-endpoints.ts"\) \}/,
    );
    expect(entry).toMatch(/"b": \{ build: "[0-9a-f]{16}", load: /);
  });

  test('alarms of level full once, on the function', () => {
    const made = grouped({ alarms: 'full' });

    expect(Object.keys(made.made.alarms)).toEqual(['throttles', 'near-timeout']);
    for (const each of made.made.services) expect(Object.keys(each.alarms)).toEqual(['unhealthy']);
    expect(JSON.stringify(propertiesOf(made, 'AWS::CloudWatch::Alarm'))).toContain(
      'The group Small is throttled by Lambda.',
    );
  });

  test('a level of its own', () => {
    const services = [
      { ...member('a'), alarms: 'full' as const },
      { ...member('b'), alarms: 'none' as const },
    ];
    const { made } = grouped({ services });

    expect(made.services.map(({ alarms }) => Object.keys(alarms))).toEqual([['unhealthy'], []]);
    expect(Object.keys(made.alarms)).toHaveLength(2);
  });
});

describe('the role of a group', () => {
  const ENGINE = ['GetItem', 'PutItem', 'UpdateItem', 'Query'].map((call) => `dynamodb:${call}`);
  const asking = (names: readonly string[], key: string) => {
    const stack = emptyStack();
    const { made } = grouped({ services: names.map((name) => member(name)), alarms: 'none' }, stack);
    const template = templateOf(stack).toJSON() as Template;
    const role = rolesOf(template).find(({ id }) => id.startsWith('SmallFunctionRole'));
    const resource = arnOf(template, stack.getLogicalId(made.services[0]?.table.node.defaultChild as never));
    const context = { 'dynamodb:LeadingKeys': [key] };
    return [...ENGINE, 'dynamodb:Scan', 'dynamodb:DeleteItem', 'dynamodb:BatchGetItem'].filter(
      (action) => judge(role?.permissions ?? [], { action, resource, context }) === 'allowed',
    );
  };
  const MANY = Array.from({ length: 400 }, (_, index) => `service-with-a-long-name-${String(index).padStart(4, '0')}`);

  test.each(['a', 'b'])('may do with the items of its service %s what the engine does, and nothing else', (name) => {
    expect(asking(['a', 'b'], name)).toEqual(ENGINE);
  });

  test("may do nothing with another's items", () => {
    expect(asking(['a', 'b'], 'c')).toEqual([]);
  });

  test.each([MANY[0] ?? '', MANY[399] ?? ''])('may do so with those of %s among 400 services', (name) => {
    expect(asking(MANY, name)).toEqual(ENGINE);
  });

  test("keeps within IAM's sizes", () => {
    const { template } = grouped({ services: MANY.map((name) => member(name)), alarms: 'none' });
    const managed = resourcesOf(template(), 'AWS::IAM::ManagedPolicy');

    expect(managed.length).toBeGreaterThan(1);
    for (const { Properties } of managed)
      expect(JSON.stringify(Properties['PolicyDocument']).length).toBeLessThanOrEqual(6_144);
    for (const { Properties } of resourcesOf(template(), 'AWS::IAM::Role'))
      expect(JSON.stringify(Properties['Policies'] ?? '').length).toBeLessThanOrEqual(10_240);
  });

  test('has room for 400 services of the longest names', () => {
    const services = Array.from({ length: 400 }, (_, index) => member(String(index).padStart(64, 'x')));
    const managed = resourcesOf(grouped({ services, alarms: 'none' }).template(), 'AWS::IAM::ManagedPolicy');

    expect(managed).toHaveLength(5);
    for (const { Properties } of managed)
      expect(JSON.stringify(Properties['PolicyDocument']).length).toBeLessThanOrEqual(6_144);
  });

  test('is refused beyond them, with what to do', () => {
    const services = Array.from({ length: 1_000 }, (_, index) => member(String(index).padStart(64, 'x')));

    expect(() => grouped({ services })).toThrow(
      /^group 'Small': services: expected names that fit IAM's policies .*; give them shorter names, or split the group$/,
    );
  });
});

describe("a group on a customer's key", () => {
  test('may use it for its items and its environment, as a function of one service may, and no more', () => {
    const stack = emptyStack();
    const key = new Key(stack, 'Key');
    const { table } = new StateTable(stack, 'Mine', { encryptionKey: key });
    new ServiceGroup(stack, 'Small', { services: [member('a'), member('b')], table, encryptionKey: key });
    new ScheduledService(stack, 'Single', { service: idle(), entry: ENTRY, table, encryptionKey: key });
    const template = templateOf(stack).toJSON() as Template;
    const keyId = stack.getLogicalId(key.node.defaultChild as CfnKey);
    const policyKey = { arn: arnOf(template, keyId), policy: policyOf(template, keyId) };
    const mayOf = (id: string) => {
      const role = rolesOf(template).find((each) => each.id.startsWith(id));
      return role && Object.fromEntries(SERVICES.map((service) => [service, roleMay(policyKey, role, service)]));
    };

    expect(mayOf('SmallFunctionRole')).toEqual(mayOf('SingleFunctionRole'));
    expect(mayOf('SmallFunctionRole')).toMatchObject({
      dynamodb: expect.arrayContaining(['Decrypt', 'GenerateDataKey']),
      lambda: ['Decrypt'],
      sqs: [],
      logs: [],
    });
  });
});

describe('whoever operates one service of a group', () => {
  test('may invoke the function, read this service alone, and look at its schedule', () => {
    const { stack, made, template } = grouped();
    const [one] = made.services;
    one?.grantOperate(new User(stack, 'Operator'));
    const statements = JSON.stringify(resourcesOf(template(), 'AWS::IAM::Policy').map(({ Properties }) => Properties));

    expect(statements).toContain('lambda:InvokeFunction');
    expect(statements).toContain('"dynamodb:LeadingKeys":["a"]');
  });
});

describe('the watchdog of a group', () => {
  const watched = () => {
    const stack = emptyStack();
    const { table } = new StateTable(stack, 'State');
    const { made } = grouped({ table }, stack);
    const single = new ScheduledService(stack, 'Single', { service: idle(), entry: ENTRY, table });
    const watchdog = new Watchdog(stack, 'Watchdog', { services: [...made.services, single] });
    return { stack, watchdog };
  };

  test('knows each service, and that its commands have to name it', () => {
    const entry = readFileSync(watched().watchdog.entry, 'utf8');
    const [, text = ''] = /JSON\.parse\((".*")\)/.exec(entry) ?? [];
    const list = JSON.parse(JSON.parse(text) as string);

    expect(list).toMatchObject([
      { name: 'a', deployed: { stack: 'Theirs', logicalId: expect.stringMatching(/^SmallFunction/), group: 'Small' } },
      { name: 'b', deployed: { group: 'Small' } },
      { name: 'c', schedule: { interval: 20_000 } },
      { name: 'idle', deployed: { logicalId: expect.stringMatching(/^SingleFunction/) } },
    ]);
    expect(list[3].deployed).not.toHaveProperty('group');
  });

  test('leaves no service unwatched', () => {
    const warnings = Annotations.fromStack(watched().stack).findWarning('*', Match.stringLikeRegexp('no watchdog'));

    expect(warnings).toEqual([]);
    expect(Annotations.fromStack(grouped().stack).findWarning('*', Match.stringLikeRegexp('no watchdog'))).toHaveLength(
      3,
    );
  });
});

test('a group takes a file by a path from here, as a service of its own does', () => {
  const stack = emptyStack();
  const entry = relative(process.cwd(), ENTRY);
  const made = new ServiceGroup(stack, 'Small', { services: [{ ...member('a'), entry }] });

  expect(readFileSync(made.entry, 'utf8')).toContain(basename(ENTRY));
  expect(readFileSync(made.entry, 'utf8')).not.toContain(`lib/${entry}`);
});

test('a second group of the same name in a stack is refused', () => {
  const stack = emptyStack();
  new ServiceGroup(stack, 'One', { groupName: 'small', services: [member('a')] });

  expect(() => new ServiceGroup(stack, 'Two', { groupName: 'small', services: [member('b')] })).toThrow(
    "groupName: expected a name that no other group of the stack has, got 'small'",
  );
});

describe('a group is refused', () => {
  const refusal = (props: object) => {
    try {
      grouped(props as never);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was refused';
  };

  test.each<[string, object, string]>([
    ['without services', { services: [] }, "group 'Small': services: expected one service or more, got none"],
    ['without a list', { services: undefined }, "group 'Small': services: expected a list of services, got none"],
    [
      'with one name twice',
      { services: [member('a'), member('a')] },
      "name: expected one service of each name, got 'a' twice",
    ],
    [
      'with the watchdog',
      { services: [{ service: watchServices, entry: ENTRY }] },
      "services: expected none that watches the others (watch-services), which needs a function of its own to notice that the group's fails, got 'watch-services'",
    ],
    [
      'without a name',
      { groupName: '' },
      "groupName: expected letters, digits, spaces and . _ -, 1 to 64 of them, got ''",
    ],
    ['with an unknown prop', { servises: [] }, 'servises: expected only known names, got []; did you mean services?'],
    [
      'with an unknown prop of a service',
      { services: [{ ...member('a'), entri: 'x' }] },
      'services[0].entri: expected only known names',
    ],
    ['with a service that is none', { services: [5] }, 'services[0]: expected an object of options, got 5'],
    [
      'with a service without a file',
      { services: [{ service: idle() }] },
      'services[0].entry: expected a file that exports a handler, got none',
    ],
    [
      'with a file that is not there',
      { services: [{ service: idle({ name: 'a' }), entry: 'no.ts' }] },
      "a: entry: expected a file that exports a handler, got '",
    ],
    [
      'with an interval that Scheduler has not',
      { services: [{ ...member('a'), interval: '7m30s' }] },
      'interval: expected',
    ],
    ['with too little memory', { memorySize: 5 }, 'memorySize: expected'],
    ['with a variable of ours', { environment: { TICKOVER_BUILD: 'x' } }, 'environment.TICKOVER_BUILD: expected'],
    ['with a timeout of its own', { functionProps: { timeout: 5 } }, 'functionProps.timeout: expected none'],
  ])('%s', (_what, props, fault) => {
    expect(refusal(props)).toContain(fault);
  });

  test('for a name that another service of the stack has', () => {
    const stack = emptyStack(newApp());
    new ScheduledService(stack, 'One', { service: idle({ name: 'a' }), entry: ENTRY });

    expect(() => grouped({}, stack)).toThrow("name: expected one service of each name, got 'a' twice");
    expect(() => new ServiceGroup(stack, 'Other', { services: [member('x')] })).not.toThrow();
  });
});
