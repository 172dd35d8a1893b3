/** Services that can't be deployed are refused at synth, each fault in words that say what to change. */
import { Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { ScheduledService, type ScheduledServiceProps } from '../../infra/constructs/scheduled-service.ts';
import { withInterval } from '../../lib/service/index.ts';
import { ENTRY, emptyStack, entryOf, idle, newApp, newStack, removeOutputs, settingsOf } from '../support/stack-kit.ts';

afterAll(removeOutputs);

const TABLE_ARN = 'arn:aws:dynamodb:eu-central-1:111122223333:table/Shared';
const LONG_NAME = 'a'.repeat(65);

describe('a service is refused for', () => {
  const rows: readonly (readonly [string, Partial<ScheduledServiceProps>, string])[] = [
    [
      'a timeout that Lambda does not allow',
      { service: { ...idle(), timeout: 901_000 } },
      "service 'idle': timeout: expected a duration of 1 s or more, up to 900 s, got 901 s",
    ],
    [
      'a timeout below the second that Lambda counts in',
      { service: { ...idle(), timeout: 999, reserve: 100, maxDuration: 899 } },
      "service 'idle': timeout: expected a duration of 1 s or more, up to 900 s, got 0.999 s",
    ],
    [
      'a timeout that leaves no room for a firing of several slots',
      { service: { ...idle({ interval: '10s' }), timeout: 781_000 } },
      "service 'idle': timeout: expected a duration of 1 s or more, up to 780 s, since a firing with several slots needs 120 s besides, got 781 s",
    ],
    [
      'an interval given to the stack that leaves no room for a firing of several slots',
      { service: idle({ timeout: '15m' }), interval: '30s' },
      "service 'idle': timeout: expected a duration above 0 and up to 780 s, got '15m'",
    ],
    [
      'a longest run above timeout less reserve',
      { service: { ...idle(), maxDuration: 46_000 } },
      "service 'idle': maxDuration: expected a duration above 0 and up to timeout less reserve (45 s), got 46 s",
    ],
    [
      'a lease shorter than the timeout',
      { service: { ...idle(), leaseMargin: -5_000 } },
      "service 'idle': leaseMargin: expected a duration of 0 or more, up to 900 s, got -5 s",
    ],
    [
      'a name over 64 bytes',
      { service: { ...idle(), name: LONG_NAME } },
      `service '${LONG_NAME}': name: expected lower-case letters, digits and dashes, 1 to 64 of them, got '${LONG_NAME}'`,
    ],
    [
      'a name that is no name of a function file',
      { service: { ...idle(), name: 'Idle Service' } },
      "service 'Idle Service': name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 'Idle Service'",
    ],
    [
      'an interval that Scheduler can not express',
      { service: idle({ interval: '90s' }) },
      "service 'idle': interval: expected whole minutes where it is above one, got 90 s",
    ],
    [
      'an interval given to the stack that Scheduler can not express',
      { interval: '150s' },
      "service 'idle': interval: expected whole minutes where it is above one, got 150 s",
    ],
    [
      'an interval given to the stack that is none',
      { interval: 0 },
      "service 'idle': interval: expected a duration from 0.1 s up to 366 days, such as '5m', got 0",
    ],
    [
      'a cron expression of five fields',
      { service: { ...idle(), schedule: { interval: 300_000, cron: '0 9 * * *' } } },
      "service 'idle': cron: expected an AWS cron expression of six fields in a known time zone " +
        "(six fields are needed: minutes, hours, day of month, month, day of week, year), got '0 9 * * *'",
    ],
    [
      'an interval by which nobody would hear of the end of the watchdog',
      { service: idle({ name: 'watch-services' }), interval: '10m' },
      "service 'watch-services': interval: expected ticks at most 300 s apart, since its alarm fires after 900 s without one, got 600 s",
    ],
    [
      'a cron by which nobody would hear of the end of the watchdog',
      { service: idle({ name: 'watch-services', cron: '0/10 8-17 * * ? *' }) },
      "service 'watch-services': cron: expected ticks at most 300 s apart, since its alarm fires after 900 s without one, " +
        "got '0/10 8-17 * * ? *'",
    ],
    [
      'a cron of the watchdog that is quiet for an hour when daylight saving ends',
      { service: idle({ name: 'watch-services', cron: '0/5 * * * ? *', timezone: 'Europe/Berlin' }) },
      "service 'watch-services': cron: expected ticks at most 300 s apart, since its alarm fires after 900 s without one, " +
        "got '0/5 * * * ? *'",
    ],
    [
      'a time zone in another case than AWS knows',
      { service: { ...idle(), schedule: { interval: 300_000, cron: '0 9 * * ? *', timezone: 'europe/berlin' } } },
      "service 'idle': cron: expected an AWS cron expression of six fields in a known time zone " +
        "(timezone: expected an IANA name in its own case, got 'europe/berlin'), got '0 9 * * ? *'",
    ],
    [
      'a function file that is missing',
      { entry: '/nowhere/idle.ts' },
      "service 'idle': entry: expected a file that exports a handler, got '/nowhere/idle.ts'",
    ],
    [
      'memory that Lambda does not offer',
      { memorySize: 64 },
      "service 'idle': memorySize: expected whole megabytes from 128 to 10240, got 64",
    ],
    [
      'a variable that the stack sets',
      { environment: { TICKOVER_TABLE: 'mine' } },
      "service 'idle': environment.TICKOVER_TABLE: expected a variable of the service's own, got one that is set for it",
    ],
    [
      'a variable that Lambda sets',
      { environment: { AWS_REGION: 'eu-central-1' } },
      "service 'idle': environment.AWS_REGION: expected a variable of the service's own, got one that is set for it",
    ],
    [
      'a variable that is no name',
      { environment: { 'MY-URL': 'x' } },
      "service 'idle': environment.MY-URL: expected a letter, then letters, digits and _, got 'MY-URL'",
    ],
    [
      'an environment that is too large',
      { environment: { TEXT: 'x'.repeat(3_497) } },
      "service 'idle': environment: expected at most 3500 bytes, since Lambda takes 4096 in all, got 3501 bytes",
    ],
    [
      'a variable that the stack sets for the watchdog',
      { environment: { TICKOVER_WEBHOOK_URL: 'https://example.com' } },
      "service 'idle': environment.TICKOVER_WEBHOOK_URL: expected a variable of the service's own, got one that is set for it",
    ],
    ...['POWERTOOLS_METRICS_DISABLED', 'POWERTOOLS_DEV'].flatMap((name): typeof rows => [
      [
        `${name} of a service with detailed metrics`,
        { metrics: 'detailed', environment: { [name]: 'true' } },
        `service 'idle': environment.${name}: expected none for a service whose metrics are relied on, got 'true'`,
      ],
      [
        `${name} of the watchdog, in the props of its function`,
        { service: idle({ name: 'watch-services' }), functionProps: { environment: { [name]: 'false' } } },
        `service 'watch-services': environment.${name}: expected none for a service whose metrics are relied on, got 'false'`,
      ],
    ]),
    [
      'several faults, all of them named',
      { service: { ...idle({ interval: '90s' }), leaseMargin: -1_000 } },
      "service 'idle': leaseMargin: expected a duration of 0 or more, up to 900 s, got -1 s; " +
        'interval: expected whole minutes where it is above one, got 90 s',
    ],
  ];
  test.each(rows)('%s', (_words, props, message) => {
    const make = () => new ScheduledService(emptyStack(), 'Idle', { service: idle(), entry: ENTRY, ...props });

    expect(make).toThrow(expect.objectContaining({ message, code: 'invalid-options' }));
  });

  test('a name that another service of the stack has', () => {
    const stack = emptyStack();
    new ScheduledService(stack, 'One', { service: idle(), entry: ENTRY });
    const make = () => new ScheduledService(stack, 'Other', { service: idle(), entry: ENTRY });

    expect(make).toThrow("service 'idle': name: expected one service of each name, got 'idle' twice");
  });
});

test.each([
  ['mark-late-runs', 'TICKOVER_FLOW_RUNS_TABLE'],
  ['watch-services', 'TICKOVER_WATCHED'],
])('%s is refused a %s of its own, since the stack sets it', (name, variable) => {
  const settings = settingsOf({ services: { [name]: { environment: { [variable]: 'mine' } } } });

  expect(() => newStack(newApp(), { settings })).toThrow(
    `service '${name}': environment.${variable}: expected a variable of the service's own, got one that is set for it`,
  );
});

describe('a name that a service of another stack has', () => {
  const twice = (shares: boolean) => {
    const app = newApp();
    const first = new ScheduledService(emptyStack(app), 'One', { service: idle(), entry: ENTRY });
    const props = { service: idle(), entry: ENTRY, ...(shares ? { table: first.table } : {}) };
    return () => new ScheduledService(new Stack(app, 'Others'), 'Other', props);
  };

  test('is refused where both share a table', () => {
    expect(twice(true)).toThrow("service 'idle': name: expected one service of each name, got 'idle' twice");
  });

  test.each([
    ['ARN', (stack: Stack, id: string) => Table.fromTableArn(stack, id, TABLE_ARN)],
    ['name', (stack: Stack, id: string) => Table.fromTableName(stack, id, 'Shared')],
  ])('is refused where both import one table by its %s', (_by, imported) => {
    const app = newApp();
    const deploy = (id: string) => {
      const stack = new Stack(app, id);
      return new ScheduledService(stack, id, { service: idle(), entry: ENTRY, table: imported(stack, 'Table') });
    };
    deploy('One');

    expect(() => deploy('Other')).toThrow("name: expected one service of each name, got 'idle' twice");
  });

  test('is free where each has a table of its own', () => {
    expect(twice(false)).not.toThrow();
  });
});

describe('a catalog is refused for', () => {
  test('a name twice', () => {
    const catalog = [entryOf(idle()), entryOf(withInterval(idle(), '1h'))];

    expect(() => newStack(newApp(), { catalog })).toThrow(
      "catalog: name: expected one service of each name, got 'idle' twice",
    );
  });

  test('two names that CloudFormation would take for one', () => {
    const catalog = ['sync-users', 'syncusers', 'other'].map((name) => entryOf(idle({ name })));

    expect(() => newStack(newApp(), { catalog })).toThrow(
      "catalog: name: expected names that differ in letters and digits, since outputs are named by these, got 'sync-users' and 'syncusers'",
    );
  });

  test('a name that every object inherits', () => {
    expect(() => newStack(newApp(), { catalog: [entryOf(idle({ name: 'constructor' }))] })).toThrow(
      "catalog: name: expected a name that CDK accepts as a construct's, got 'constructor'",
    );
  });
});

describe('the context is refused for', () => {
  const rows: readonly (readonly [string, Record<string, unknown>, string])[] = [
    [
      'a stage that is no name',
      { stage: 'my stage' },
      "stage: expected a letter, then letters and digits, at most 20 in all, got 'my stage'",
    ],
    ['an address that is none', { alarmEmail: 'nobody' }, "alarmEmail: expected an e-mail address, got 'nobody'"],
    [
      'a switch that is neither',
      { deletionProtection: 'off' },
      "deletionProtection: expected true or false, got 'off'",
    ],
    [
      'protection of tables that are to go',
      { stage: 'dev', deletionProtection: 'true' },
      "deletionProtection: expected false for tables that go with their stack (keepTables, false in stage 'dev'), got true",
    ],
    [
      'a table by its name',
      { stateTableArn: 'Kept' },
      "stateTableArn: expected a table's ARN, such as arn:aws:dynamodb:eu-central-1:111122223333:table/Name, got 'Kept'",
    ],
    [
      'services that are no JSON',
      { services: '{' },
      "services: expected an object of settings by name of the service, got '{'",
    ],
    [
      'an interval that is none',
      { services: { a: { interval: '5' } } },
      "services.a.interval: expected a duration from 0.1 s up to 366 days, such as '5m', got '5' (write '5s' or '5ms')",
    ],
    [
      'an unknown level of alarms',
      { services: { a: { alarms: 'some' } } },
      "services.a.alarms: expected 'none', 'essential' or 'full', got 'some'",
    ],
    [
      'an environment of numbers',
      { services: { a: { environment: { PORT: 1 } } } },
      'services.a.environment.PORT: expected text, got 1',
    ],
    [
      'a setting that is unknown',
      { services: { a: { intervall: '5m' } } },
      'services.a: expected only enabled, interval, environment, alarms, metrics, memorySize, logLevel, group, got intervall; did you mean interval?',
    ],
  ];
  test.each(rows)('%s', (_words, context, fault) => {
    expect(() => settingsOf(context)).toThrow(expect.objectContaining({ message: `context: ${fault}` }));
  });
});

describe('settings of a service that the catalog does not have', () => {
  const context = { services: { 'check-endpoint': {} } };

  test('are none of the business of a stack, which may have a part of the catalog', () => {
    expect(() => newStack(newApp(), { settings: settingsOf(context) })).not.toThrow();
  });
});

test('the context of a command line is text, and read the same', () => {
  const settings = settingsOf({ stage: 'dev', deletionProtection: 'false', services: '{"a":{"enabled":"false"}}' });

  expect(settings).toEqual({
    stage: 'dev',
    keepTables: false,
    deletionProtection: false,
    services: { a: { enabled: false } },
  });
});
