/** Alarms as data: everything that CloudWatch needs to make an alarm. Pure. */

/** An alarm on one metric. Times are in seconds, as in CloudWatch. */
export interface AlarmDefinition {
  /** The trouble in a word or two. It is unique among the alarms of one service, and among those of one stack. */
  readonly id: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum' | 'SampleCount';
  /** The length of a window in seconds: a multiple of 60. */
  readonly period: number;
  /** How many of the latest windows CloudWatch evaluates. */
  readonly evaluationPeriods: number;
  /** In how many of these windows the metric must cross the threshold. */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: 'at least' | 'below';
  /**
   * How CloudWatch counts a window without a sample: as one that crosses the threshold, or as one that doesn't. No
   * alarm may keep its state for want of samples, since it would then never end.
   */
  readonly missing: 'breaching' | 'notBreaching';
  /**
   * How many minutes after the creation of the alarm CloudWatch begins to evaluate it at the latest. @default at once
   */
  readonly warmUp?: number;
  /**
   * The description of the alarm: the service or part that it is about, what happened, what follows, and the command to
   * run. Lines have at most 120 columns.
   */
  readonly description: string;
}

/**
 * The longest time, in seconds, that all windows of one alarm together may last in CloudWatch: with windows below an
 * hour, and with windows of an hour or more.
 */
const LONGEST_STRETCH = { belowHour: 86_400, fromHour: 604_800 } as const;
/** The longest description of an alarm that CloudWatch accepts, in characters. */
const LONGEST_DESCRIPTION = 1_024;
/**
 * The longest warm-up that CloudWatch accepts, in minutes. A new alarm is evaluated after that time in any case.
 */
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
