/** The plan is what the stack has: counted on constructs, and equal to what the template holds. */
import { Alarm, AlarmRule, CompositeAlarm, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, test } from 'vitest';
import { ServicesDashboard } from '../../../infra/constructs/services-dashboard.ts';
import { planOf } from '../../../infra/cost/deployed-plan.ts';
import { estimate, paceOf, scales } from '../../../infra/cost/index.ts';
import { synthesised } from '../../support/stack-kit.ts';
import { propertiesOf, twoServices } from '../dashboard/kit.ts';
import { asDeployed } from '../policy/subject.ts';
import { ofType } from '../policy/template.ts';

describe('the plan of a stack', () => {
  test('has what each service has, and what is shared beside them', () => {
    const { stack, services } = twoServices();
    const [first, second] = services;
    if (first === undefined || second === undefined) throw new Error('no services');
    const before = planOf(stack);
    const limits = { threshold: 1, evaluationPeriods: 1 };
    const failing = new Alarm(first, 'failing', { metric: first.metricUnhealthy(), ...limits });
    new CompositeAlarm(first, 'pager', { alarmRule: AlarmRule.fromAlarm(failing, 'ALARM' as never) });
    const usingMetrics = { a: first.metricErrors(), b: second.metricErrors() };
    new Alarm(stack, 'both', { metric: new MathExpression({ expression: 'a + b', usingMetrics }), ...limits });
    new ServicesDashboard(stack, 'Services', { services, stage: 'test' });
    second.function.addEnvironment('TICKOVER_METRICS', 'detailed');
    const after = planOf(stack);

    const [one, two] = before.services;
    expect(one).toMatchObject({
      name: 'check-endpoints',
      consecutive: 3,
      metrics: 0,
      alarms: 1,
      compositeAlarms: 0,
      memoryMb: 256,
      logRetentionDays: 30,
      pace: paceOf({ interval: 60_000 }),
    });
    expect(after.services).toEqual([
      {
        ...one,
        alarms: (one?.alarms ?? 0) + 1,
        compositeAlarms: (one?.compositeAlarms ?? 0) + 1,
        resources: (one?.resources ?? 0) + 2,
      },
      { ...two, metrics: 5 },
    ]);
    // The alarm on a sum checks at two metrics.
    expect(after.shared).toEqual({
      ...before.shared,
      alarms: before.shared.alarms + 2,
      dashboards: before.shared.dashboards + 1,
      resources: before.shared.resources + 2,
    });
    expect(propertiesOf(stack, 'AWS::CloudWatch::Dashboard')).toHaveLength(1);
  });

  test('counts every alarm and dashboard of the catalog as it is deployed', async () => {
    const { stack, template } = asDeployed();
    const { services, watchdog, shared } = planOf(stack);
    const all = (counted: 'alarms' | 'compositeAlarms') =>
      services.reduce((sum, plan) => sum + plan[counted], shared[counted]);

    expect(services.map(({ name }) => name)).toEqual(['check-endpoints', 'mark-late-runs']);
    expect(all('alarms') + (watchdog?.alarms ?? 0)).toBe(ofType(template, 'AWS::CloudWatch::Alarm').length);
    expect(all('compositeAlarms')).toBe(ofType(template, 'AWS::CloudWatch::CompositeAlarm').length);
    expect([...services, watchdog].map((each) => [each?.alarms, each?.metrics, each?.keepsLambdaLines])).toEqual([
      [1, 0, false],
      [1, 0, false],
      [1, 2, false],
    ]);
    expect(shared).toMatchObject({ alarms: 5, compositeAlarms: 0, hasBus: false });
    expect(shared.dashboards).toBe(ofType(template, 'AWS::CloudWatch::Dashboard').length);
  });

  test('counts the resources of each service, and the others as shared', () => {
    const { stack, template } = asDeployed();
    const { services, shared } = planOf(stack);
    const all = Object.keys((template as unknown as { Resources: object }).Resources).length;

    expect(services.map(({ resources }) => resources)).toEqual([6, 6]);
    expect(shared.resources).toBe(all - 12);
  });

  test('knows a bus, and functions that keep all lines', () => {
    const bus = 'arn:aws:events:eu-central-1:111122223333:event-bus/ours';
    const debug = { 'check-endpoints': { logLevel: 'debug' } };
    const { stack } = synthesised({ eventBusArn: bus, services: debug });
    const { services, shared } = planOf(stack);

    expect(shared.hasBus).toBe(true);
    expect(services.map(({ keepsLambdaLines }) => keepsLambdaLines)).toEqual([true, false]);
  });
});

describe('the catalog as it is deployed', () => {
  const plan = planOf(synthesised().stack);

  test.each(['us-east-1', 'eu-west-1', 'eu-central-1'] as const)(
    'costs at most 30 cents a service at one run a minute, and 2 dollars for what is shared, in %s',
    (region) => {
      const { services, watchdog, shared } = estimate(plan, { region });

      for (const { total } of services) expect(total).toBeLessThan(0.3);
      expect(watchdog.total + shared.total).toBeLessThan(2);
    },
  );

  test.each(['us-east-1', 'eu-west-1', 'eu-central-1'] as const)(
    'costs at most 28 cents a service in a group of 20, and 18 without its alarm, in %s',
    (region) => {
      const grouped = scales(plan, { region }).filter(({ services, groupOf }) => services === 20 && groupOf === 20);

      expect(grouped).toHaveLength(1);
      for (const { aService, aServiceWithoutAlarms } of grouped) {
        expect(aService).toBeLessThan(0.28);
        expect(aServiceWithoutAlarms).toBeLessThan(0.18);
      }
    },
  );
});
