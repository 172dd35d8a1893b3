/**
 * What the emulator takes and does not keep. Each is asserted on the template, and that the emulator still drops it.
 * Pure.
 */
import { ofType, type Template } from './template.ts';

/** One property that is dropped. */
export interface Dropped {
  readonly type: string;
  readonly property: string;
  /** What the template must say instead of the emulator, for the resource of this property. */
  readonly holds: (value: unknown, id: string) => boolean;
  /** What that means, for people. */
  readonly meaning: string;
}

/** The list. */
export const DROPPED: readonly Dropped[] = [
  {
    type: 'AWS::DynamoDB::Table',
    property: 'TimeToLiveSpecification',
    holds: (value, id) => {
      const { AttributeName, Enabled } = (value ?? {}) as { AttributeName?: string; Enabled?: boolean };
      return id.startsWith('StateTable')
        ? AttributeName === 'expiresAtSeconds' && Enabled === true
        : value === undefined;
    },
    meaning: 'run records of the state table expire by `expiresAtSeconds`, flow runs never',
  },
  {
    type: 'AWS::DynamoDB::Table',
    property: 'PointInTimeRecoverySpecification',
    holds: (value) => (value as { PointInTimeRecoveryEnabled?: boolean })?.PointInTimeRecoveryEnabled === true,
    meaning: 'every table can be recovered to any second',
  },
  {
    type: 'AWS::Scheduler::Schedule',
    property: 'ScheduleExpressionTimezone',
    holds: (value) => typeof value === 'string' && value !== '',
    meaning: 'every schedule names its time zone',
  },
  {
    type: 'AWS::CloudWatch::Alarm',
    property: 'WarmUpConfiguration',
    holds: (value, id) => {
      const { WarmUpPeriodDurationInMinutes: minutes } = (value ?? {}) as { WarmUpPeriodDurationInMinutes?: number };
      return id.includes('Alarmswatchdog') ? minutes === 30 : value === undefined;
    },
    meaning: 'the alarm of the watchdog, and no other, warms up for 30 minutes',
  },
];

/** Whether the emulator drops that property of that type. */
export function isDropped(type: string, property: string): boolean {
  return DROPPED.some((dropped) => dropped.type === type && dropped.property === property);
}

/** Where the template does not say what the emulator would not keep, each in a line. */
export function droppedFaults(template: Template): string[] {
  return DROPPED.flatMap(({ type, property, holds, meaning }) =>
    ofType(template, type)
      .filter(({ id, Properties = {} }) => !holds(Properties[property], id))
      .map(({ id }) => `${id}.${property}: expected that ${meaning}, got otherwise in the template`),
  );
}
