/** What the context says of single services, and of who is told. */
import { afterAll, describe, expect, test } from 'vitest';
import { removeOutputs, resourceLike, resourcesOf, synthesised } from '../support/stack-kit.ts';

afterAll(removeOutputs);

const { template } = synthesised();

describe('what the context sets for a service', () => {
  const configured = (own: Record<string, unknown>, context: Record<string, unknown> = {}) => {
    const { template: made } = synthesised({ services: { 'check-endpoints': own }, ...context });
    const { Properties: lambda } = resourceLike(made, 'AWS::Lambda::Function', 'checkendpoints');
    const { Properties: schedule } = resourceLike(made, 'AWS::Scheduler::Schedule', 'checkendpoints');
    return { lambda, schedule, made };
  };

  test('is its memory', () => {
    expect(configured({ memorySize: 512 }).lambda['MemorySize']).toBe(512);
    expect(configured({}).lambda['MemorySize']).toBe(256);
  });

  test('is its interval, for the schedule and for the function alike', () => {
    const { lambda, schedule } = configured({ interval: '15m' });

    expect(schedule['ScheduleExpression']).toBe('cron(0/15 * * * ? *)');
    expect(lambda['Environment']).toMatchObject({ Variables: { TICKOVER_INTERVAL: '900000ms' } });
  });

  test('is its environment, beside what every function gets', () => {
    expect(configured({ environment: { TICKOVER_ENDPOINTS: '[]' } }).lambda['Environment']).toMatchObject({
      Variables: { TICKOVER_ENDPOINTS: '[]', TICKOVER_TABLE: expect.anything() },
    });
  });

  test('is whether it gets detailed metrics', () => {
    expect(configured({ metrics: 'detailed' }).lambda['Environment']).toMatchObject({
      Variables: { TICKOVER_METRICS: 'detailed' },
    });
    expect(JSON.stringify(configured({}).lambda['Environment'])).not.toContain('TICKOVER_METRICS"');
  });

  test('is refused under the name that it had, with the one that it has', () => {
    expect(() => configured({ detailedMetrics: true })).toThrow(
      /detailedMetrics; did you mean "metrics": "detailed"\?/,
    );
  });

  test('is its alarms', () => {
    const alarmsOf = (own: Record<string, unknown>) =>
      resourcesOf(configured(own).made, 'AWS::CloudWatch::Alarm').filter(({ id }) => id.startsWith('checkendpoints'))
        .length;

    expect([alarmsOf({ alarms: 'none' }), alarmsOf({}), alarmsOf({ alarms: 'full' })]).toEqual([0, 1, 3]);
  });

  test('is nothing of who is paged: that is one address for all', () => {
    const { made } = configured({}, { alarmEmail: 'someone@example.com' });
    const [topic] = resourcesOf(made, 'AWS::SNS::Topic');

    expect(resourcesOf(made, 'AWS::SNS::Subscription').map(({ Properties }) => Properties)).toEqual([
      { Protocol: 'email', Endpoint: 'someone@example.com', TopicArn: { Ref: topic?.id } },
    ]);
    expect(resourcesOf(template, 'AWS::SNS::Subscription')).toEqual([]);
  });
});

describe('a dashboard', () => {
  test('is made only if it is asked for, since it is billed', () => {
    const dashboards = (context: Record<string, unknown>) =>
      resourcesOf(synthesised(context).template, 'AWS::CloudWatch::Dashboard').length;

    expect([dashboards({}), dashboards({ dashboard: 'false' }), dashboards({ dashboard: 'true' })]).toEqual([0, 0, 1]);
    expect(() => dashboards({ dashboard: 'yes' })).toThrow("dashboard: expected true or false, got 'yes'");
  });
});
