/** Alarms as data: everything that CloudWatch needs to make an alarm. Pure. */

/** An alarm on one metric. Times are in seconds, as in CloudWatch. */
export interface MetricAlarmDefinition {
  readonly kind: 'metric';
  /** The trouble in one word; unique among the alarms of a service. */
  readonly id: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum' | 'SampleCount';
  /** The length of a window in seconds: a multiple of 60. */
  readonly period: number;
  /** How many windows CloudWatch evaluates. */
  readonly evaluationPeriods: number;
  /** In how many of these windows the threshold must be crossed. */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: 'at least' | 'above' | 'below';
  /** How a window without a sample counts; `ignore` keeps the state of the alarm. */
  readonly missing: 'breaching' | 'notBreaching' | 'ignore';
  /** The meaning of the alarm, where to look, and the command to run. */
  readonly description: string;
}

/** A condition on the states of other alarms, by their ids. */
export type AlarmCondition =
  | { readonly alarm: string }
  | { readonly insufficientData: string }
  | { readonly not: AlarmCondition }
  | { readonly anyOf: readonly AlarmCondition[] }
  | { readonly allOf: readonly AlarmCondition[] };

/** An alarm on the states of other alarms. Only alarms of this kind notify people. */
export interface CompositeAlarmDefinition {
  readonly kind: 'composite';
  readonly id: string;
  readonly rule: AlarmCondition;
  /** How many seconds the rule must hold before people are notified. */
  readonly wait: number;
  readonly description: string;
}

export type AlarmDefinition = MetricAlarmDefinition | CompositeAlarmDefinition;

/**
 * The longest time that the windows of an alarm may last together, in seconds: for windows below an hour, and from an
 * hour on.
 */
const LONGEST_STRETCH = { belowHour: 86_400, fromHour: 604_800 } as const;

/**
 * The faults for which CloudWatch would refuse the alarm, as `option: expected ..., got ...`; an empty list for a valid
 * alarm.
 */
export function alarmFaults({ period, evaluationPeriods, datapointsToAlarm }: MetricAlarmDefinition): string[] {
  const faults: string[] = [];
  const check = (holds: boolean, option: string, expected: string, got: number) => {
    if (!holds) faults.push(`${option}: expected ${expected}, got ${got}`);
  };
  const longest = period < 3_600 ? LONGEST_STRETCH.belowHour : LONGEST_STRETCH.fromHour;
  check(period > 0 && period % 60 === 0, 'period', 'a multiple of 60 s', period);
  check(
    period * evaluationPeriods <= longest,
    'evaluationPeriods',
    `at most ${longest} s in all (${period} s each)`,
    evaluationPeriods,
  );
  check(
    datapointsToAlarm >= 1 && datapointsToAlarm <= evaluationPeriods,
    'datapointsToAlarm',
    `1 to ${evaluationPeriods}`,
    datapointsToAlarm,
  );
  return faults;
}
