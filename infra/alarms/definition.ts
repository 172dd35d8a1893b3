/** Alarms as data: everything that CloudWatch needs to make an alarm. Pure. */

/** An alarm on one metric. Times are in seconds, as in CloudWatch. */
export interface AlarmDefinition {
  /** The trouble in a word or two; unique among the alarms of a service, and of a stack. */
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
  readonly comparison: 'at least' | 'below';
  /** How a window without a sample counts. No alarm keeps its state for want of samples: it would never end. */
  readonly missing: 'breaching' | 'notBreaching';
  /** How many minutes after its creation CloudWatch evaluates the alarm at the latest. @default at once */
  readonly warmUp?: number;
  /** The service or part, what happened, what follows, and the command to run; lines of at most 120 columns. */
  readonly description: string;
}

/**
 * The longest time that the windows of an alarm may last together, in seconds: for windows below an hour, and from an
 * hour on.
 */
const LONGEST_STRETCH = { belowHour: 86_400, fromHour: 604_800 } as const;
/** CloudWatch's longest description, in characters, and its longest warm-up, in minutes. */
const LONGEST_DESCRIPTION = 1_024;
const LONGEST_WARM_UP = 2_880;

/**
 * The faults for which CloudWatch would refuse the alarm, as `option: expected ..., got ...`; an empty list for a valid
 * alarm.
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
