/** The inventory: what is there must be as the template says, property by property. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Aws, awsAt } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { inventory } from './inventory.ts';
import type { Resource } from './template.ts';

/** CloudWatch with one alarm, of threshold 3: all that is asked here. */
function awsWithAlarm(): Aws {
  const aws = awsAt({ endpoint: 'http://127.0.0.1:9', environment: {} });
  const alarm = { AlarmName: 'alarm-1', Threshold: 3, MetricName: 'FailureStreak' };
  return { ...aws, cloudWatch: Object.assign(aws.cloudWatch, { send: async () => ({ MetricAlarms: [alarm] }) }) };
}
let aws: Aws;
beforeAll(() => {
  aws = awsWithAlarm();
});
afterAll(() => aws.cloudWatch.destroy());

function deployedWith(resource: Resource, status = 'CREATE_COMPLETE'): Deployed {
  const world = { ref: (name: string) => name, arn: (id: string) => id };
  const summary = { PhysicalResourceId: 'alarm-1', ResourceStatus: status } as never;
  return {
    name: 'S',
    template: { Resources: { Alarm: resource } },
    resources: new Map([['Alarm', summary]]),
    world,
    physical: () => 'alarm-1',
  };
}
const alarmOf = (Threshold: number): Resource => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: { Threshold, MetricName: 'FailureStreak' },
});
const NO_LONGER = /the emulator keeps it by now: take it off the list/;

describe('a resource', () => {
  test('a resource that is as in its template is counted among those that were compared', async () => {
    const { compared, listed, faults } = await inventory(aws, deployedWith(alarmOf(3)));

    expect(compared).toEqual({ 'AWS::CloudWatch::Alarm': 1 });
    expect(listed).toEqual({});
    expect(faults.filter((fault) => !NO_LONGER.test(fault))).toEqual([]);
  });

  test('a resource that differs is named with what was expected and what came', async () => {
    const { faults } = await inventory(aws, deployedWith(alarmOf(4)));

    expect(faults).toContain('Alarm.Threshold: expected 4, got 3');
  });

  test.each(['CREATE_FAILED', 'DELETE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'])(
    'a resource that is not made whole is named: %s',
    async (status) => {
      const { faults } = await inventory(aws, deployedWith(alarmOf(3), status));

      expect(faults).toContain(`Alarm: expected it made, got ${status}`);
    },
  );

  test('a resource that only CloudFormation is asked about is counted apart', async () => {
    const { compared, listed } = await inventory(aws, deployedWith({ Type: 'AWS::IAM::Role' }));

    expect(compared).toEqual({});
    expect(listed).toEqual({ 'AWS::IAM::Role': 1 });
  });
});

test('an entry that no resource shows to be dropped any more has to go from the list', async () => {
  const { faults } = await inventory(aws, deployedWith(alarmOf(3)));

  expect(faults.map((fault) => fault.split(':').slice(0, 5).join(':'))).toEqual([
    'AWS::DynamoDB::Table.TimeToLiveSpecification',
    'AWS::DynamoDB::Table.PointInTimeRecoverySpecification',
    'AWS::Scheduler::Schedule.ScheduleExpressionTimezone',
    'AWS::CloudWatch::Alarm.WarmUpConfiguration',
  ]);
});
