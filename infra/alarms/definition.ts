/** An alarm on one metric. Times are in seconds, as in CloudWatch. */
export interface AlarmDefinition {
  /** A short name of the alarm, unique among the alarms of one service and among those of the whole stack. */
  readonly id: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum' | 'SampleCount';
  /** The length of one evaluated window, in seconds: a multiple of 60. */
  readonly period: number;
  /** How many of the latest windows CloudWatch evaluates. */
  readonly evaluationPeriods: number;
  /** In how many of the evaluated windows the metric must cross the threshold. */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: 'at least' | 'below';
  /**
   * How CloudWatch treats a window without a sample: as one that crosses the threshold (`breaching`), or as one that
   * doesn't. CloudWatch's other choices could keep an alarm on for ever.
   */
  readonly missing: 'breaching' | 'notBreaching';
  /** How many minutes CloudWatch may wait before it evaluates a new alarm. @default CloudWatch doesn't wait */
  readonly warmUp?: number;
  /**
   * The text of the alarm: which service or part has a problem, what happened, what follows, and the command to run.
   * Lines have at most 120 columns.
   */
  readonly description: string;
}

/**
 * How many seconds all windows of one alarm together may cover in CloudWatch: with windows shorter than an hour, and
 * with windows of an hour or more.
 */
const LONGEST_STRETCH = { belowHour: 86_400, fromHour: 604_800 } as const;
/** The most characters that CloudWatch accepts in the description of an alarm. */
const LONGEST_DESCRIPTION = 1_024;
/** The longest time that CloudWatch can wait before it evaluates a new alarm, in minutes. */
const LONGEST_WARM_UP = 2_880;

/**
 * Returns the faults for which CloudWatch would refuse the alarm, each as `option: expected ..., got ...`; an empty
 * list for a valid alarm.
 */
export function alarmFaults(definition: AlarmDefinition): string[] {
  const { period, evaluationPeriods, datapointsToAlarm, warmUp = 1, description } = definition;
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
  check(warmUp >= 1 && warmUp <= LONGEST_WARM_UP, 'warmUp', `1 to ${LONGEST_WARM_UP} minutes`, warmUp);
  const { length } = description;
  check(length <= LONGEST_DESCRIPTION, 'description', `at most ${LONGEST_DESCRIPTION} characters`, length);
  return faults;
}
