/** The watchdog's construct: its list, its rights, its ways out, and what it refuses. */

import { readFileSync } from 'node:fs';
import { App, NestedStack, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, describe, expect, test } from 'vitest';
import { dataOf, writeEntry } from '../../infra/constructs/code/generated-entry.ts';
import { grantStateBatchRead } from '../../infra/constructs/rights/many-items.ts';
import { ScheduledService } from '../../infra/constructs/scheduled-service.ts';
import { StateTable } from '../../infra/constructs/state-table.ts';
import { Watchdog, type WatchdogProps } from '../../infra/constructs/watchdog.ts';
import { READ_TOGETHER } from '../../lib/store/index.ts';
import {
  ENTRY,
  emptyStack,
  idle,
  newApp,
  newStack,
  removeOutputs,
  resourceLike,
  resourcesOf,
  rightsOf,
  settingsOf,
  templateOf,
} from '../support/stack-kit.ts';
import { judge } from './policy/evaluator.ts';
import { arnOf, rolesOf, type Template } from './policy/template.ts';

afterAll(removeOutputs);

function watched(props: Partial<WatchdogProps> = {}, stack: Stack = emptyStack()) {
  const { table } = new StateTable(stack, 'State');
  const one = new ScheduledService(stack, 'One', { service: idle({ name: 'one' }), entry: ENTRY, table });
  const two = new ScheduledService(stack, 'Two', {
    service: idle({ name: 'two', interval: '1d' }),
    entry: ENTRY,
    table,
  });
  const made = new Watchdog(stack, 'Watchdog', { services: [two, one], ...props });
  return { stack, made, one, two, template: () => templateOf(stack) };
}

function variablesOf({ template }: Pick<ReturnType<typeof watched>, 'template'>, part = 'Watchdog') {
  const { Properties } = resourceLike(template(), 'AWS::Lambda::Function', part);
  return (Properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
}

describe('an entry', () => {
  const written = (app: App) => {
    const stack = emptyStack(app);
    const imports = { 'lambda/index.ts': ['scheduledHandler'] };
    return writeEntry(stack, 'A/B', { imports, code: `export const all = ${dataOf([{ name: "it's" }])};` });
  };

  test('has relative imports and its code, and lies in the output of the app', () => {
    const file = written(new App({ outdir: 'cdk.out/test-entry' }));

    expect(file).toMatch(/cdk\.out\/test-entry\/entries\/Theirs\.A_2FB\.[0-9a-f]{8}\.ts$/);
    expect(readFileSync(file, 'utf8')).toBe(
      `import { scheduledHandler } from "../../../lib/lambda/index.ts";\n\n` +
        `export const all = JSON.parse("[{\\"name\\":\\"it's\\"}]");\n`,
    );
  });

  test('of an app whose output lies elsewhere lies in the project, where CDK bundles it', () => {
    expect(written(newApp())).toMatch(/\/cdk\.out\/entries\/Theirs\./);
  });

  test('is written alike each time, and under another name if it is another', () => {
    const app = newApp();

    expect(written(app)).toBe(written(newApp()));
    expect(writeEntry(emptyStack(newApp()), 'A/B', { imports: {}, code: '1;' })).not.toBe(written(newApp()));
  });
});

describe('the list of the watchdog', () => {
  const listIn = (scope: Stack, id = 'Watchdog') => {
    const made = scope.node.findChild(id) as Watchdog;
    const [, text = ''] = /JSON\.parse\((".*")\)/.exec(readFileSync(made.entry, 'utf8')) ?? [];
    return JSON.parse(JSON.parse(text) as string) as Record<string, unknown>[];
  };

  test('has each service with its schedule, and where its function is found, in the order of the names', () => {
    const { stack } = watched();

    expect(listIn(stack)).toMatchObject([
      {
        name: 'one',
        schedule: { interval: 300_000 },
        deployed: { stack: 'Theirs', logicalId: expect.stringMatching(/^OneFunction/) },
      },
      { name: 'two', schedule: { interval: 86_400_000 } },
    ]);
  });

  test('has the interval that is deployed, and not the one that was defined', () => {
    const stack = newStack(newApp(), { settings: settingsOf({ services: { 'check-endpoints': { interval: '2h' } } }) });

    expect(listIn(stack, 'watch-services')).toMatchObject([
      { name: 'check-endpoints', schedule: { interval: 7_200_000 } },
      { name: 'mark-late-runs' },
    ]);
  });

  test('names no function in a nested stack, whose name comes with the deploy', () => {
    const parent = emptyStack();
    const nested = new NestedStack(parent, 'Nested');
    watched({}, nested);

    for (const each of listIn(nested)) expect(each).not.toHaveProperty('deployed');
  });

  test('may have services of another stack with the same table', () => {
    const app = newApp();
    const first = newStack(app, { settings: settingsOf({ services: { 'watch-services': { enabled: false } } }) });
    const second = emptyStack(app);
    new Watchdog(second, 'Watchdog', { services: first.services });

    expect(listIn(second)).toMatchObject([
      { name: 'check-endpoints', deployed: { stack: 'Tickover-prod' } },
      { name: 'mark-late-runs' },
    ]);
    expect(() => app.synth()).not.toThrow();
    expect(Annotations.fromStack(first).findWarning('*', Match.stringLikeRegexp('no watchdog watches'))).toEqual([]);
  });
});

describe('a watchdog over 1,000 services', () => {
  const stack = emptyStack();
  const { table } = new StateTable(stack, 'State');
  const names = Array.from({ length: 1_000 }, (_, index) => `service-number-${String(index).padStart(4, '0')}`);
  // Their functions are of no interest here, and a thousand of them take their time.
  const services = names.map((name) => {
    const service = idle({ name });
    return Object.assign(Object.create(ScheduledService.prototype) as ScheduledService, {
      ...{ service, table, function: one(stack).function },
    });
  });
  const made = new Watchdog(stack, 'Watchdog', { services });
  const template = templateOf(stack).toJSON() as Template;
  const [role] = rolesOf(template).filter(({ id }) => id.startsWith('WatchdogFunctionRole'));

  function one(scope: Stack): ScheduledService {
    return (
      (scope.node.tryFindChild('One') as ScheduledService | undefined) ??
      new ScheduledService(scope, 'One', { service: idle({ name: 'one' }), entry: ENTRY, table })
    );
  }

  test('has them all in its entry, and none in its environment', () => {
    const text = readFileSync(made.entry, 'utf8');

    expect(names.filter((name) => !text.includes(name))).toEqual([]);
    expect(JSON.stringify(variablesOf({ template: () => templateOf(stack) })).length).toBeLessThan(1_000);
  });

  test('may read them eighty at a time, in the order of their names, and none besides', () => {
    const resource = arnOf(template, Object.keys(template.Resources).find((id) => /^State/.test(id)) ?? '');
    const reads = (keys: readonly string[]) =>
      judge(role?.permissions ?? [], {
        action: 'dynamodb:BatchGetItem',
        resource,
        context: { 'dynamodb:LeadingKeys': keys },
      });
    const requests = Array.from({ length: 13 }, (_, index) =>
      names.slice(index * READ_TOGETHER, (index + 1) * READ_TOGETHER),
    );

    expect(requests.map(reads)).toEqual(requests.map(() => 'allowed'));
    expect(reads([...names.slice(0, 79), 'stranger'])).toBe('not allowed');
    expect(reads([])).toBe('not allowed');
  });

  test("has policies within IAM's sizes, of which its role takes at most ten", () => {
    const managed = resourcesOf(templateOf(stack), 'AWS::IAM::ManagedPolicy');

    expect(managed.length).toBeGreaterThan(1);
    expect(managed.length).toBeLessThanOrEqual(10);
    for (const { Properties } of managed)
      expect(JSON.stringify(Properties['PolicyDocument']).length).toBeLessThanOrEqual(6_144);
  });
});

describe("services beyond IAM's policies are refused in our words", () => {
  const grant = (names: readonly string[]) => {
    const { stack, made } = watched();
    return () => grantStateBatchRead(made.table, { role: made.function.role, scope: stack }, names);
  };
  const named = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => String(index).padStart(length, 'x'));

  test('that are too many, the longest names among them', () => {
    expect(grant(named(801, 64))).toThrow(/got 801 services, which take 11; .* another state table/);
    expect(grant(named(800, 64))).not.toThrow();
    expect(grant(named(1_680, 20))).toThrow(/got 1680 services, which take 11; .* another state table/);
    expect(grant(named(1_600, 20))).not.toThrow();
  });
});

describe('the ways out of the watchdog', () => {
  const stack = emptyStack();
  const pagerTopic = new Topic(stack, 'Topic');
  const eventBus = new EventBus(stack, 'Bus') as IEventBus;
  const webhook = { url: 'https://example.com/hook', template: '{"text":"{{subject}}"}' };
  const { made, template } = watched({ pagerTopic, eventBus, webhook }, stack);

  test('are in its environment, with the name of its stack', () => {
    expect(variablesOf({ template })).toMatchObject({
      TICKOVER_STACK: 'Theirs',
      TICKOVER_TOPIC_ARN: { Ref: expect.stringMatching(/^Topic/) },
      TICKOVER_EVENT_BUS: { 'Fn::GetAtt': [expect.stringMatching(/^Bus/), 'Arn'] },
      TICKOVER_WEBHOOK_URL: webhook.url,
      TICKOVER_WEBHOOK_TEMPLATE: webhook.template,
    });
    expect(JSON.stringify(variablesOf({ template }, 'OneFunction'))).not.toMatch(/TOPIC|BUS|WEBHOOK/);
  });

  test('are opened to its role, and to it alone', () => {
    const outward = (part: string) =>
      rightsOf(template(), part).filter(({ Action }) => /sns|events/.test(JSON.stringify(Action)));

    expect(outward('WatchdogFunctionRole')).toEqual([
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: expect.stringMatching(/^Topic/) } },
      { Effect: 'Allow', Action: 'events:PutEvents', Resource: { 'Fn::GetAtt': [expect.any(String), 'Arn'] } },
    ]);
    expect(outward('OneFunctionRole')).toEqual([]);
  });

  test('leave the alarm on its looks to the topic', () => {
    expect(Object.keys(made.alarms)).toEqual(['watchdog']);
    expect(resourceLike(template(), 'AWS::CloudWatch::Alarm', 'watchdog').Properties['AlarmActions']).toEqual([
      { Ref: expect.stringMatching(/^Topic/) },
    ]);
  });

  test('are none if none is given', () => {
    const none = watched();

    expect(JSON.stringify(variablesOf(none))).not.toMatch(/TOPIC|BUS|WEBHOOK/);
    expect(JSON.stringify(rightsOf(none.template(), 'WatchdogFunctionRole'))).not.toMatch(/sns|events/);
  });

  test.each([
    [{ webhook: { url: 'ftp://example.com' } }, 'webhook.url: expected a URL of https'],
    [
      { webhook: { url: 'https://example.com', template: JSON.stringify({ text: 'x'.repeat(2_500) }) } },
      'webhook: expected at most 2500 bytes of url and template',
    ],
    [{ webhook: { url: 'https://example.com', template: '{' } }, 'webhook.template: expected'],
    [{ environment: { POWERTOOLS_DEV: 'true' } }, 'environment.POWERTOOLS_DEV: expected none for a service'],
    [{ interval: '6m' }, 'interval: expected ticks at most 300 s apart'],
  ] as const)('are refused where no message would leave: %o', (props, fault) => {
    expect(() => watched(props as Partial<WatchdogProps>)).toThrow(fault);
  });

  test('are refused to services of two tables, of which it could read but one', () => {
    const theirs = emptyStack();
    const services = ['one', 'two'].map(
      (name) => new ScheduledService(theirs, name, { service: idle({ name }), entry: ENTRY }),
    );

    expect(() => new Watchdog(theirs, 'Watchdog', { services })).toThrow(
      "service 'watch-services': services: expected services of one state table, got 'two'",
    );
  });
});

describe('who is notified, by the context', () => {
  const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:Theirs';
  const BUS = 'arn:aws:events:eu-central-1:111122223333:event-bus/theirs';
  const warned = (context: Record<string, unknown>) => {
    const stack = newStack(newApp(), { settings: settingsOf(context) });
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('nobody is notified when a service'));
  };

  test('is nobody: synth warns, with what to give', () => {
    expect(warned({}).map(({ entry }) => entry.data)).toEqual([
      expect.stringMatching(/^Tickover-prod: nobody is notified .* `-c alarmEmail=you@example\.com`/),
    ]);
    expect(warned({ stage: 'dev' })).toEqual([]);
  });

  test.each([
    { alarmEmail: 'a@example.com' },
    { alarmTopicArn: TOPIC },
    { eventBusArn: BUS },
    { webhookUrl: 'https://example.com/hook' },
  ])('is somebody: %o', (context) => {
    expect(warned(context)).toEqual([]);
  });

  test('is a topic and a bus that exist, and a web address', () => {
    const context = {
      alarmTopicArn: TOPIC,
      eventBusArn: BUS,
      webhookUrl: 'https://example.com/',
      webhookTemplate: '{"text":"{{text}}"}',
    };
    const template = templateOf(newStack(newApp(), { settings: settingsOf(context) }));

    expect(variablesOf({ template: () => template }, 'watchservices')).toMatchObject({
      TICKOVER_TOPIC_ARN: TOPIC,
      TICKOVER_EVENT_BUS: BUS,
      TICKOVER_WEBHOOK_URL: 'https://example.com/',
      TICKOVER_WEBHOOK_TEMPLATE: '{"text":"{{text}}"}',
    });
    expect(resourcesOf(template, 'AWS::SNS::Topic')).toEqual([]);
    expect(resourceLike(template, 'AWS::CloudWatch::Alarm', 'dropped').Properties['AlarmActions']).toEqual([TOPIC]);
  });

  test.each([
    [{ alarmTopicArn: `${TOPIC}.fifo` }, "alarmTopicArn: expected a standard topic's ARN"],
    [{ eventBusArn: 'theirs' }, "eventBusArn: expected a bus's ARN"],
    [{ webhookUrl: 'mailto:a@example.com' }, 'webhookUrl: expected a URL of https'],
    [{ webhookTemplate: '{"text":"{{text}}"}' }, 'webhookTemplate: expected webhookUrl beside it, got none'],
  ])('is refused: %o', (context, fault) => {
    expect(() => settingsOf(context)).toThrow(fault);
  });
});
