/** A service in somebody else's stack, and what single props of it do. */

import { CfnResource, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { afterAll, describe, expect, test } from 'vitest';
import { ScheduledService, type ScheduledServiceProps } from '../../infra/constructs/scheduled-service.ts';
import { StateTable } from '../../infra/constructs/state-table.ts';
import { readEnvironment } from '../../lib/lambda/env.ts';
import {
  CATALOG,
  ENTRY,
  emptyStack,
  idle,
  newApp,
  newStack,
  removeOutputs,
  resourcesOf,
  settingsOf,
  templateOf,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

function deployed(props: Partial<ScheduledServiceProps> = {}) {
  const stack = emptyStack();
  const made = new ScheduledService(stack, 'Idle', { service: idle(), entry: ENTRY, ...props });
  return { stack, made, template: () => templateOf(stack) };
}

type Deployed = ReturnType<typeof deployed>;

const only = ({ template }: Pick<Deployed, 'template'>, type: string) => {
  const [resource, ...others] = resourcesOf(template(), type);
  if (resource === undefined || others.length > 0) throw new Error(`expected one ${type}, got ${others.length + 1}`);
  return resource.Properties;
};

describe("in somebody else's stack a service", () => {
  test('makes what it is not given', () => {
    const types = Object.values<{ Type: string }>(deployed().template().toJSON()['Resources']).map(({ Type }) => Type);

    for (const type of ['DynamoDB::Table', 'Lambda::Function', 'Scheduler::Schedule', 'Scheduler::ScheduleGroup'])
      expect(types.filter((found) => found === `AWS::${type}`)).toHaveLength(1);
    expect(types.filter((found) => found === 'AWS::SQS::Queue')).toHaveLength(1);
  });

  test('shares the table that it is given', () => {
    const stack = emptyStack();
    const { table } = new StateTable(stack, 'State');
    new ScheduledService(stack, 'One', { service: idle(), entry: ENTRY, table });
    new ScheduledService(stack, 'Other', { service: idle({ name: 'other' }), entry: ENTRY, table });

    expect(resourcesOf(templateOf(stack), 'AWS::DynamoDB::Table')).toHaveLength(1);
  });

  test('shows what it made', () => {
    const { made } = deployed();

    expect(Object.keys(made.alarms)).toEqual(['unhealthy']);
    for (const part of [made.function, made.schedule, made.logGroup, made.undeliverableQueue, made.table])
      expect(part.node.path).toMatch(/^Theirs\/Idle\//);
  });
});

describe('a service', () => {
  test('is given its environment in a form that the function reads', () => {
    const at = deployed({ interval: '20s', metrics: 'detailed', namespace: 'Mine', environment: { MY_URL: 'x' } });
    const { Variables } = only(at, 'AWS::Lambda::Function')['Environment'] as { Variables: Record<string, string> };

    expect(readEnvironment({ ...Variables, TICKOVER_TABLE: 'state' })).toMatchObject({
      interval: 20_000,
      slack: 60_000,
      build: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(Variables).toMatchObject({
      TICKOVER_METRICS_NAMESPACE: 'Mine',
      TICKOVER_METRICS: 'detailed',
      MY_URL: 'x',
    });
  });

  test('a service of several slots is fired every minute and has time for all of them', () => {
    const at = deployed({ interval: '20s' });

    expect(only(at, 'AWS::Scheduler::Schedule')['ScheduleExpression']).toBe('cron(* * * * ? *)');
    expect(only(at, 'AWS::Lambda::Function')['Timeout']).toBe(170);
  });

  test('a service whose timeout is no whole seconds is given the second that it begins', () => {
    expect(only(deployed({ service: idle({ timeout: '7500ms' }) }), 'AWS::Lambda::Function')['Timeout']).toBe(8);
  });

  test('a service with a cron expression is due by it, in its time zone', () => {
    const service = idle({ cron: '0 9 ? * MON-FRI *', timezone: 'Europe/Berlin', interval: '1d' });

    expect(only(deployed({ service }), 'AWS::Scheduler::Schedule')).toMatchObject({
      ScheduleExpression: 'cron(0 9 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
  });

  test('a service with jitter starts within a window', () => {
    const service = idle({ interval: '10m', jitterRange: 0.3 });

    expect(only(deployed({ service }), 'AWS::Scheduler::Schedule')['FlexibleTimeWindow']).toEqual({
      Mode: 'FLEXIBLE',
      MaximumWindowInMinutes: 3,
    });
  });

  test('a service whose timeout is above its interval is deployed, and that is noted', () => {
    const { stack } = deployed({ service: idle({ interval: '1m', timeout: '5m' }) });

    Annotations.fromStack(stack).hasInfo(
      '/Theirs/Idle',
      'idle: its timeout (300 s) is above its interval (60 s); ticks that a long run covers are skipped as overlap.',
    );
  });

  test.each(['1m', '5m'] as const)(
    'a service whose timeout is within its interval of %s has nothing noted',
    (interval) => {
      const { stack } = deployed({ service: idle({ interval, timeout: '1m' }) });

      expect(Annotations.fromStack(stack).findInfo('*', Match.anyValue())).toEqual([]);
    },
  );
});

describe('rights', () => {
  const granted = (grant: (made: ScheduledService, role: Role) => void) => {
    const { stack, made, template } = deployed();
    grant(made, new Role(stack, 'Person', { assumedBy: new ServicePrincipal('example.amazonaws.com') }));
    const policies = resourcesOf(template(), 'AWS::IAM::Policy').filter(({ id }) => id.startsWith('Person'));
    return policies.flatMap(
      ({ Properties }) =>
        (Properties['PolicyDocument'] as { Statement: { Action: string | readonly string[] }[] }).Statement,
    );
  };

  test('the right to invoke is one to invoke the function, not its versions', () => {
    expect(granted((made, role) => made.grantInvoke(role))).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^IdleFunction/), 'Arn'] },
      },
    ]);
  });

  test('the right to read is none to invoke, and the right to operate is both', () => {
    const actions = (grant: (made: ScheduledService, role: Role) => void) =>
      granted(grant).flatMap(({ Action }) => Action);
    const read = actions((made, role) => made.grantRead(role));

    expect(read).toEqual(
      expect.arrayContaining([
        'dynamodb:Query',
        'logs:StartQuery',
        'cloudwatch:GetDashboard',
        'cloudwatch:DescribeAlarms',
      ]),
    );
    expect(read).not.toContain('lambda:InvokeFunction');
    expect(actions((made, role) => made.grantOperate(role)).toSorted()).toEqual(
      [...read, 'lambda:InvokeFunction'].toSorted(),
    );
  });
});

test('metrics are those of the service, in its namespace', () => {
  const { stack, made } = deployed({ namespace: 'Mine' });

  for (const metric of [made.metricUnhealthy(), made.metricFailureStreak(), made.metricHalted()])
    expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
      namespace: 'Mine',
      statistic: 'Maximum',
      dimensions: [{ name: 'service', value: 'idle' }],
    });
  expect(
    [made.metricErrors(), made.metricDuration(), made.metricInvocations()].map(({ metricName }) => metricName),
  ).toEqual(['Errors', 'Duration', 'Invocations']);
});

test('the namespace of its metrics is the name of its stack, if none is given', () => {
  const { made, template } = deployed();
  const { Variables } = only({ template }, 'AWS::Lambda::Function')['Environment'] as {
    Variables: Record<string, string>;
  };

  expect([made.namespace, Variables['TICKOVER_METRICS_NAMESPACE']]).toEqual(['Theirs', 'Theirs']);
});

describe('a service that no watchdog watches', () => {
  const warnings = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('no watchdog watches it'))
      .map(({ entry }) => String(entry.data).split(':')[0]);
  const theirs = (props: Partial<ScheduledServiceProps>) => warnings(deployed(props).stack);
  const ours = (services: Record<string, unknown>, stage = 'prod', catalog = CATALOG) =>
    warnings(newStack(newApp(), { catalog, settings: settingsOf({ stage, services }) }));

  test('is warned of, with what to do', () => {
    const { stack } = deployed();
    const [warning] = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('no watchdog'));

    expect(warning?.entry.data).toMatch(
      /^idle: no watchdog watches it, so nobody is notified .* `Watchdog` over the same table .* `watched: true`/,
    );
  });

  test.each(['1m', '1h', '1d'] as const)('is one every %s, unless it is watched or has no alarms', (interval) => {
    expect(theirs({ interval })).toEqual(['idle']);
    expect(theirs({ interval, watched: true })).toEqual([]);
    expect(theirs({ interval, alarms: 'none' })).toEqual([]);
  });

  test('is warned of in a stack without watch-services, be it disabled or in another part of the catalog', () => {
    const part = CATALOG.filter(({ service }) => service.name === 'check-endpoints');
    const disabled = { 'watch-services': { enabled: false } };

    expect(ours({})).toEqual([]);
    expect(ours(disabled)).toEqual(['check-endpoints', 'mark-late-runs']);
    expect(ours({}, 'prod', part)).toEqual(['check-endpoints']);
    expect(ours(disabled, 'dev')).toEqual([]);
  });
});

describe('a stack that grows', () => {
  const fill = (stack: Stack, resources: number) => {
    const has = () => stack.node.findAll().filter((node) => CfnResource.isCfnResource(node)).length;
    for (let count = has(); count < resources; count += 1)
      new CfnResource(stack, `Padding${count}`, { type: 'AWS::CloudFormation::WaitConditionHandle' });
  };
  const padded = (resources: number) => {
    const stack = newStack();
    fill(stack, resources);
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('resources'));
  };

  test('is warned of at 450 resources, with the way to split it', () => {
    const [warning] = padded(450);

    expect(warning?.entry.data).toMatch(
      /^Tickover-prod: expected fewer than 450 resources, got 450; .* a second TickoverStack .* `table: first\.table`/,
    );
  });

  test('is not warned of before', () => {
    expect(padded(449)).toEqual([]);
  });

  test('is refused beyond 500 resources in the same words, before CDK lists them', () => {
    const app = newApp();
    const stack = newStack(app);
    fill(stack, 501);

    expect(() => app.synth()).toThrow(/expected fewer than 450 resources, got 501; .* a second TickoverStack/);
  });

  test('is split that way: a second stack shares the state, and has its own group, role and queue', () => {
    const app = newApp();
    const first = newStack(app, { catalog: CATALOG.slice(0, 1) });
    const second = newStack(app, {
      catalog: CATALOG.slice(1, 2),
      settings: settingsOf({ stage: 'more' }),
      table: first.table,
    });
    const template = templateOf(second);

    expect(resourcesOf(template, 'AWS::DynamoDB::Table').map(({ id }) => id)).toEqual([
      expect.stringContaining('FlowRuns'),
    ]);
    expect(resourcesOf(template, 'AWS::Scheduler::ScheduleGroup')).toHaveLength(1);
    expect(Stack.of(first.table)).toBe(first);
  });
});
