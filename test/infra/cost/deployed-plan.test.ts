/** The plan is what the stack has: counted on constructs, and equal to what the template holds. */
import { Alarm, AlarmRule, CompositeAlarm, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, test } from 'vitest';
import { ServicesDashboard } from '../../../infra/constructs/services-dashboard.ts';
import { planOf } from '../../../infra/cost/deployed-plan.ts';
import { paceOf } from '../../../infra/cost/index.ts';
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
      { ...one, alarms: (one?.alarms ?? 0) + 1, compositeAlarms: (one?.compositeAlarms ?? 0) + 1 },
      { ...two, metrics: 5 },
    ]);
    // The alarm on a sum looks at two metrics.
    expect(after.shared).toEqual({
      ...before.shared,
      alarms: before.shared.alarms + 2,
      dashboards: before.shared.dashboards + 1,
    });
    expect(propertiesOf(stack, 'AWS::CloudWatch::Dashboard')).toHaveLength(1);
  });

  test('counts every alarm and dashboard of the catalog as it is deployed', async () => {
    const { stack, template } = asDeployed();
    const { services, shared } = planOf(stack);
    const all = (counted: 'alarms' | 'compositeAlarms') =>
      services.reduce((sum, plan) => sum + plan[counted], shared[counted]);

    expect(services.map(({ name }) => name)).toEqual(['check-endpoints', 'mark-late-runs', 'watch-services']);
    expect(all('alarms')).toBe(ofType(template, 'AWS::CloudWatch::Alarm').length);
    expect(all('compositeAlarms')).toBe(ofType(template, 'AWS::CloudWatch::CompositeAlarm').length);
    expect(services.map(({ alarms, metrics }) => [alarms, metrics])).toEqual([
      [1, 0],
      [1, 0],
      [1, 2],
    ]);
    expect(shared).toMatchObject({ alarms: 5, compositeAlarms: 0 });
    expect(shared.dashboards).toBe(ofType(template, 'AWS::CloudWatch::Dashboard').length);
  });
});
