/** Makes constructs from alarms that are given as data. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  type IAlarmAction,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { type AlarmDefinition, alarmFaults } from '../alarms/index.ts';

/** What else happens when alarms change their states. */
export interface AlarmActions {
  /** The actions of the alarms when they fire. @default none */
  readonly alarmActions?: readonly IAlarmAction[];
  /** The actions of the alarms when they end. @default none */
  readonly okActions?: readonly IAlarmAction[];
}

const COMPARISONS: Readonly<Record<AlarmDefinition['comparison'], ComparisonOperator>> = {
  'at least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
};

const MISSING: Readonly<Record<AlarmDefinition['missing'], TreatMissingData>> = {
  breaching: TreatMissingData.BREACHING,
  notBreaching: TreatMissingData.NOT_BREACHING,
};

/**
 * The alarm of a definition.
 * @throws InvalidOptionsError if CloudWatch would refuse the alarm
 */
export function renderAlarm(
  scope: Construct,
  definition: AlarmDefinition,
  { alarmActions = [], okActions = [] }: AlarmActions = {},
): Alarm {
  const { id, namespace, metricName, dimensions, statistic, period, description } = definition;
  const faults = alarmFaults(definition);
  if (faults.length > 0) throw new InvalidOptionsError(`alarm ${id}`, faults);
  const alarm = new Alarm(scope, constructId(definition), {
    metric: new Metric({
      namespace,
      metricName,
      dimensionsMap: dimensions,
      statistic,
      period: Duration.seconds(period),
    }),
    evaluationPeriods: definition.evaluationPeriods,
    datapointsToAlarm: definition.datapointsToAlarm,
    threshold: definition.threshold,
    comparisonOperator: COMPARISONS[definition.comparison],
    treatMissingData: MISSING[definition.missing],
    alarmDescription: description,
  });
  warmUp(alarm, definition);
  alarm.addAlarmAction(...alarmActions);
  alarm.addOkAction(...okActions);
  return alarm;
}

/**
 * CloudWatch warms an alarm up once, when it is made. An alarm with another window is another alarm, so that the window
 * fills anew before it counts.
 */
function constructId({ id, warmUp: minutes, evaluationPeriods, period }: AlarmDefinition): string {
  return minutes === undefined ? id : `${id}-${evaluationPeriods}x${period}s`;
}

/** CDK's own alarm has no property for it yet. */
function warmUp(alarm: Alarm, { warmUp: warmUpPeriodDurationInMinutes }: AlarmDefinition): void {
  if (warmUpPeriodDurationInMinutes === undefined) return;
  (alarm.node.defaultChild as CfnAlarm).warmUpConfiguration = { warmUpPeriodDurationInMinutes };
}
