/** Props of constructs under a name that nothing knows, or in another shape. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import { DurableTable } from '../../infra/constructs/durable-table.ts';
import { FlowRunsTable } from '../../infra/constructs/flow-runs-table.ts';
import { HoldingQueue } from '../../infra/constructs/holding-queue.ts';
import { Pager } from '../../infra/constructs/pager.ts';
import { SavedQueries } from '../../infra/constructs/saved-queries.ts';
import { SchedulerRole, ServiceScheduleGroup } from '../../infra/constructs/schedule-group.ts';
import { ScheduledService } from '../../infra/constructs/scheduled-service.ts';
import { ServiceAlarms } from '../../infra/constructs/service-alarms.ts';
import { ServiceFunction } from '../../infra/constructs/service-function.ts';
import { ServiceSchedule } from '../../infra/constructs/service-schedule.ts';
import { ServicesDashboard } from '../../infra/constructs/services-dashboard.ts';
import { StackAlarms } from '../../infra/constructs/stack-alarms.ts';
import { StateTable } from '../../infra/constructs/state-table.ts';
import { Watchdog } from '../../infra/constructs/watchdog.ts';
import { FUNCTION_PROPS, STACK_PROPS } from '../../infra/known-props.ts';
import { CATALOG, ENTRY, emptyStack, idle, newApp, newStack, removeOutputs, settingsOf } from '../support/stack-kit.ts';

afterAll(removeOutputs);

const UNKNOWN = 'expected only known names, got';

const CONSTRUCTS: readonly (readonly [
  name: string,
  misspelt: object,
  fault: string,
  make: (props: never) => unknown,
])[] = [
  [
    'StateTable',
    { kep: true },
    `kep: ${UNKNOWN} true; did you mean keep?`,
    (props) => new StateTable(theirs(), 'A', props),
  ],
  [
    'FlowRunsTable',
    { deletionprotection: true },
    `deletionprotection: ${UNKNOWN} true; did you mean deletionProtection?`,
    (props) => new FlowRunsTable(theirs(), 'A', props),
  ],
  ['DurableTable', { timetolive: 'x' }, 'did you mean timeToLive?', (props) => new DurableTable(theirs(), 'A', props)],
  ['SavedQueries', { foldr: 'x' }, 'did you mean folder?', (props) => new SavedQueries(theirs(), 'A', props)],
  [
    'HoldingQueue',
    { encryptionkey: {} },
    'did you mean encryptionKey?',
    (props) => new HoldingQueue(theirs(), 'A', props),
  ],
  ['Pager', { emial: 'x' }, 'did you mean email?', (props) => new Pager(theirs(), 'A', props)],
  ['StackAlarms', { pagertopic: {} }, 'did you mean pagerTopic?', (props) => new StackAlarms(theirs(), 'A', props)],
  ['ServiceAlarms', { levl: 'x' }, 'did you mean level?', (props) => new ServiceAlarms(theirs(), 'A', props)],
  ['Watchdog', { webhok: {} }, 'did you mean webhook?', (props) => new Watchdog(theirs(), 'A', props)],
  [
    'Watchdog',
    { webhook: { ulr: 'x' } },
    `webhook.ulr: ${UNKNOWN} 'x'; did you mean url?`,
    (props) => new Watchdog(theirs(), 'A', props),
  ],
  ['SchedulerRole', { grup: 'x' }, 'did you mean group?', (props) => new SchedulerRole(theirs(), 'A', props)],
  ['ServicesDashboard', { stgae: 'x' }, 'did you mean stage?', (props) => new ServicesDashboard(theirs(), 'A', props)],
  ['ServiceFunction', { sourc: 'x' }, 'did you mean source?', (props) => new ServiceFunction(theirs(), 'A', props)],
  ['ServiceSchedule', { rol: 'x' }, 'did you mean role?', (props) => new ServiceSchedule(theirs(), 'A', props)],
  ['ScheduledService', { tabel: 'x' }, 'did you mean table?', (props) => new ScheduledService(theirs(), 'A', props)],
];

function theirs(): Stack {
  return emptyStack();
}

describe('the props of a construct', () => {
  test.each(CONSTRUCTS)(
    'of an unknown name are refused, with the nearest known one: %s',
    (name, props, fault, make) => {
      expect(() => make(props as never)).toThrow(fault);
      expect(() => make(props as never)).toThrow(name === 'ScheduledService' ? 'service ' : `${name} 'Theirs/A'`);
    },
  );

  test.each(CONSTRUCTS)('are an object: %s', (_name, _props, _fault, make) => {
    expect(() => make('x' as never)).toThrow("options: expected an object of options, got 'x'");
    expect(() => make(null as never)).toThrow('options: expected an object of options, got null');
  });

  test.each([
    [{ keep: 'false' }, "keep: expected true or false, got 'false'"],
    [{ deletionProtection: null }, 'deletionProtection: expected true or false, got null'],
    [{ encryptionKey: 'arn:aws:kms:x' }, "encryptionKey: expected an object, got 'arn:aws:kms:x'"],
  ])('of another shape are refused: %j', (props, fault) => {
    for (const Table of [StateTable, FlowRunsTable]) {
      expect(() => new Table(theirs(), 'A', props as never)).toThrow(fault);
    }
  });

  test('may be left out as undefined', () => {
    expect(() => new StateTable(theirs(), 'A', { keep: undefined } as never)).not.toThrow();
    expect(() => new ServiceScheduleGroup(theirs(), 'A')).not.toThrow();
  });
});

describe('a service on AWS', () => {
  const serviceWith = (props: object) => () =>
    new ScheduledService(theirs(), 'Idle', { service: idle(), entry: ENTRY, ...props } as never);

  test.each([
    [{ tabel: {} }, `tabel: ${UNKNOWN} {}; did you mean table?`],
    [{ table: 'x' }, "table: expected an object, got 'x'"],
    [{ watched: 'yes' }, "watched: expected true or false, got 'yes'"],
    [{ service: 5 }, 'service: expected an object, got 5'],
    [{ interval: null }, 'interval: expected'],
    [{ functionProps: { memroySize: 512 } }, `functionProps.memroySize: ${UNKNOWN} 512; did you mean memorySize?`],
    [{ functionProps: { environment: 'x' } }, "functionProps.environment: expected an object, got 'x'"],
    [{ functionProps: 5 }, 'functionProps: expected an object, got 5'],
  ])('refuses %j', (props, fault) => {
    expect(serviceWith(props)).toThrow(fault);
  });

  test('a construct is not shown whole', () => {
    const stack = theirs();
    const queue = new Queue(stack, 'Mine');
    const make = () => new ScheduledService(stack, 'Idle', { service: idle(), entry: ENTRY, queue } as never);

    expect(make).toThrow(`queue: ${UNKNOWN} {"construct":"Theirs/Mine"}`);
  });
});

describe('a stack', () => {
  const stackWith = (props: object) => () => newStack(newApp(), props as never);

  test.each([
    [{ flowRunTable: {} }, `stack: flowRunTable: ${UNKNOWN} {}; did you mean flowRunsTable?`],
    [{ stackname: 'x' }, 'did you mean stackName?'],
    [{ table: 'x' }, "stack: table: expected an object, got 'x'"],
    [{ catalog: {} }, 'stack: catalog: expected a list of services, got {}'],
    [{ catalog: [{ service: idle(), functionfile: ENTRY }] }, 'catalog[0].functionfile: expected only known names'],
    [{ settings: { ...settingsOf(), alarmEmial: 'a@b.test' } }, 'settings.alarmEmial: expected only known names'],
    [{ settings: { ...settingsOf(), services: { idle: { intervall: '5m' } } } }, 'settings.services.idle.intervall: '],
    [{ settings: { ...settingsOf(), services: 5 } }, 'settings.services: expected an object, got 5'],
    [{ functionProps: { memroySize: 512 } }, 'functionProps.memroySize: expected only known names'],
    [{ functionPropsOf: { 'check-endpoints': { memroySize: 512 } } }, 'functionProps.memroySize: '],
  ])('refuses %j', (props, fault) => {
    expect(stackWith(props)).toThrow(fault);
  });

  test("takes all of CDK's own props", () => {
    const own = { description: 'mine', stackName: 'Mine', tags: { team: 'ops' }, terminationProtection: true };
    const stack = newStack(newApp(), { ...own, env: { region: 'eu-central-1' }, catalog: CATALOG });

    expect([stack.stackName, stack.templateOptions.description]).toEqual(['Mine', 'mine']);
  });
});

describe("the names of CDK's props", () => {
  const declared = (file: string, name: string) => {
    const cdk = join(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'), '..');
    const [, body = ''] =
      new RegExp(`interface ${name} [^{]*\\{(.*?)\\n\\}`, 's').exec(readFileSync(join(cdk, file), 'utf8')) ?? [];
    return [...body.matchAll(/^ {4}readonly (\w+)/gm)].map(([, prop = '']) => prop);
  };

  test('are those that the installed version declares', () => {
    const ofFunctions = [
      ...declared('aws-lambda-nodejs/lib/function.d.ts', 'NodejsFunctionProps'),
      ...declared('aws-lambda/lib/function.d.ts', 'FunctionOptions'),
      ...declared('aws-lambda/lib/event-invoke-config.d.ts', 'EventInvokeConfigOptions'),
    ];

    expect(Object.keys(STACK_PROPS).sort()).toEqual(declared('core/lib/stack.d.ts', 'StackProps').sort());
    expect(Object.keys(FUNCTION_PROPS).sort()).toEqual(ofFunctions.sort());
  });
});
