/** What the emulator would not keep is asked of the template. */
import { describe, expect, test } from 'vitest';
import { droppedFaults } from './dropped.ts';
import type { Resource, Template } from './template.ts';

const table = (properties: Record<string, unknown>): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, ...properties },
});
const TTL = { TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true } };
const schedule = (timezone: string | undefined): Resource => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: timezone === undefined ? {} : { ScheduleExpressionTimezone: timezone },
});

const alarm = (minutes?: number): Resource => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: minutes === undefined ? {} : { WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: minutes } },
});

const valid: Template = {
  Resources: {
    StateTable1: table(TTL),
    FlowRunsTable1: table({}),
    Schedule: schedule('Europe/Berlin'),
    watchservicesAlarmswatchdog1: alarm(30),
    pollAlarmsunhealthy1: alarm(),
  },
};
const faultsWith = (changed: Template['Resources']) => droppedFaults({ Resources: { ...valid.Resources, ...changed } });

describe('a template', () => {
  test('a template that has all that the emulator drops has no fault', () => {
    expect(droppedFaults(valid)).toEqual([]);
  });

  const faulty: readonly (readonly [string, Template['Resources'], string])[] = [
    ['run records that never expire', { StateTable1: table({}) }, 'StateTable1.TimeToLiveSpecification'],
    [
      'a time to live that is off',
      { StateTable1: table({ TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: false } }) },
      'StateTable1.TimeToLiveSpecification',
    ],
    ['flow runs that expire', { FlowRunsTable1: table(TTL) }, 'FlowRunsTable1.TimeToLiveSpecification'],
    [
      'a table that can not be recovered',
      { FlowRunsTable1: table({ PointInTimeRecoverySpecification: undefined }) },
      'FlowRunsTable1.PointInTimeRecoverySpecification',
    ],
    [
      'a watchdog whose alarm fires at its first deploy',
      { watchservicesAlarmswatchdog1: alarm() },
      'watchservicesAlarmswatchdog1.WarmUpConfiguration',
    ],
    ['another alarm that warms up', { pollAlarmsunhealthy1: alarm(30) }, 'pollAlarmsunhealthy1.WarmUpConfiguration'],
    ['a schedule without a time zone', { Schedule: schedule(undefined) }, 'Schedule.ScheduleExpressionTimezone'],
  ];
  test.each(faulty)('a template with %s is at fault', (_what, changed, where) => {
    expect(faultsWith(changed)).toEqual([expect.stringContaining(`${where}: expected that `)]);
  });
});
