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

/** What CloudWatch does when an alarm fires and when it clears. */
export interface AlarmActions {
  /** What the alarms do when they go into the state ALARM. @default nothing */
  readonly alarmActions?: readonly IAlarmAction[];
  /** What the alarms do when they return to the state OK. @default nothing */
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

/** Makes CDK's alarm from a definition. @throws InvalidOptionsError if CloudWatch would refuse the alarm */
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
 * Returns the construct id of an alarm. CloudWatch delays only the first evaluation of a new alarm, so an alarm with
 * `warmUp` gets a new id when its windows change.
 */
function constructId({ id, warmUp: minutes, evaluationPeriods, period }: AlarmDefinition): string {
  return minutes === undefined ? id : `${id}-${evaluationPeriods}x${period}s`;
}

/** Sets `warmUp` on the CloudFormation resource, since CDK's `Alarm` has no property for it. */
function warmUp(alarm: Alarm, { warmUp: warmUpPeriodDurationInMinutes }: AlarmDefinition): void {
  if (warmUpPeriodDurationInMinutes === undefined) return;
  (alarm.node.defaultChild as CfnAlarm).warmUpConfiguration = { warmUpPeriodDurationInMinutes };
}
