/** Makes constructs from alarms that are given as data. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  type IAlarm,
  type IAlarmRule,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { type AlarmCondition, alarmFaults, type MetricAlarmDefinition } from '../alarms/index.ts';

const COMPARISONS: Readonly<Record<MetricAlarmDefinition['comparison'], ComparisonOperator>> = {
  'at least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
};

const MISSING: Readonly<Record<MetricAlarmDefinition['missing'], TreatMissingData>> = {
  breaching: TreatMissingData.BREACHING,
  notBreaching: TreatMissingData.NOT_BREACHING,
  ignore: TreatMissingData.IGNORE,
};

/**
 * The alarm of a definition, without an action.
 * @throws InvalidOptionsError if CloudWatch would refuse the alarm
 */
export function renderAlarm(scope: Construct, definition: MetricAlarmDefinition): Alarm {
  const { id, namespace, metricName, dimensions, statistic, period, description } = definition;
  const faults = alarmFaults(definition);
  if (faults.length > 0) throw new InvalidOptionsError(`alarm ${id}`, faults);
  return new Alarm(scope, id, {
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
}

/** The rule of a condition on existing alarms. */
export function renderRule(condition: AlarmCondition, alarms: Readonly<Record<string, IAlarm>>): IAlarmRule {
  const rule = (inner: AlarmCondition) => renderRule(inner, alarms);
  if ('anyOf' in condition) return AlarmRule.anyOf(...condition.anyOf.map(rule));
  if ('allOf' in condition) return AlarmRule.allOf(...condition.allOf.map(rule));
  if ('not' in condition) return AlarmRule.not(rule(condition.not));
  if ('alarm' in condition) return AlarmRule.fromAlarm(alarmOf(condition.alarm, alarms), AlarmState.ALARM);
  return AlarmRule.fromAlarm(alarmOf(condition.insufficientData, alarms), AlarmState.INSUFFICIENT_DATA);
}

function alarmOf(id: string, alarms: Readonly<Record<string, IAlarm>>): IAlarm {
  const alarm = alarms[id];
  if (alarm !== undefined) return alarm;
  throw new InvalidOptionsError('alarm rule', [`alarm: expected ${Object.keys(alarms).join(', ')}, got ${id}`]);
}
