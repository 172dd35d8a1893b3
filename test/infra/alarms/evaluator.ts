/**
 * CloudWatch's alarms, played: states over time of the alarms of a synthesised template, over samples.
 *
 * What AWS documents is fixed here: an alarm looks at more windows than it was told to (the look-back), evaluates the
 * newest real ones if there are enough of them, else fills in what is missing; an alarm that warms up is not evaluated
 * until its windows have filled or the time is over, once after it is made. What AWS leaves open is a {@link Reading}:
 * a scenario has to hold in each.
 */
import { type MetricAlarm, readAlarms, type Template } from './evaluator-template.ts';

export type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** One value of a metric. `at` in epoch milliseconds. */
export interface Sample {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly at: number;
  readonly value: number;
}

/** One way in which CloudWatch may behave within what is documented. */
export interface Reading {
  /** How many windows beyond its own an alarm looks back. */
  readonly checkBack: number;
  /** Whether windows end at the evaluation, or at whole multiples of their length. */
  readonly windows: 'sliding' | 'wall clock';
  /** How long after its instant a sample is there, in milliseconds. */
  readonly delay: number;
}

/** Late samples are met by the look-back: without one no alarm with a single window could see them. */
export const READINGS: readonly Reading[] = [
  { checkBack: 0, windows: 'sliding', delay: 0 },
  { checkBack: 0, windows: 'wall clock', delay: 0 },
  { checkBack: 2, windows: 'sliding', delay: 90_000 },
  { checkBack: 2, windows: 'wall clock', delay: 300_000 },
  { checkBack: 5, windows: 'sliding', delay: 300_000 },
];

/** A change of state, or an action. `at` in epoch milliseconds. */
export interface Change {
  readonly alarm: string;
  readonly to: State;
  readonly at: number;
}

/** Alarms under evaluation. */
export interface Evaluation {
  /** Hands in samples; those of the past are seen from the next evaluation on. */
  put(samples: readonly Sample[]): void;
  /** Evaluates every alarm, as CloudWatch does once a minute. */
  evaluate(now: number): void;
  /** Puts the alarms of another template in place: those it still has keep their states. */
  deploy(template: Template, now: number): void;
  state(alarm: string): State | undefined;
  readonly changes: readonly Change[];
  /** Actions taken: somebody was notified. */
  readonly pages: readonly Change[];
}

/** Evaluates the alarms of a template that is deployed at that time. New alarms begin without data. */
export function evaluation(first: Template, reading: Reading, start: number): Evaluation {
  let alarms: readonly MetricAlarm[] = [];
  const samples = new Map<string, Sample[]>();
  const states = new Map<string, State>();
  /** When the warm-up of an alarm ends at the latest; alarms that are warm are not in it. */
  const warming = new Map<string, number>();
  const changes: Change[] = [];
  const pages: Change[] = [];

  function add({ id, actions, okActions }: MetricAlarm, to: State, at: number): void {
    if (states.get(id) === to) return;
    states.set(id, to);
    changes.push({ alarm: id, to, at });
    if ((to === 'ALARM' && actions > 0) || (to === 'OK' && okActions > 0)) pages.push({ alarm: id, to, at });
  }

  function install(template: Template, now: number): void {
    alarms = readAlarms(template);
    const ids = alarms.map(({ id }) => id);
    for (const id of states.keys()) if (!ids.includes(id)) states.delete(id);
    for (const { id, warmUp } of alarms) {
      if (states.has(id)) continue;
      states.set(id, 'INSUFFICIENT_DATA');
      warming.set(id, now + warmUp);
    }
  }

  function isWarm({ id, evaluationPeriods }: MetricAlarm, windows: readonly (number | undefined)[], now: number) {
    const until = warming.get(id);
    const filled = windows.filter((value) => value !== undefined).length >= evaluationPeriods;
    if (until !== undefined && !filled && now < until) return false;
    warming.delete(id);
    return true;
  }

  install(first, start);
  return {
    changes,
    pages,
    put(more) {
      for (const sample of more) {
        const key = metricOf(sample);
        samples.set(key, [...(samples.get(key) ?? []), sample].slice(-MOST_SAMPLES));
      }
    },
    evaluate(now) {
      for (const alarm of alarms) {
        const own = (samples.get(metricOf(alarm)) ?? []).filter(({ at }) => at + reading.delay < now);
        const windows = points(alarm, own, { now, reading });
        if (isWarm(alarm, windows, now)) add(alarm, nextState(alarm, windows), now);
      }
    },
    deploy: install,
    state: (id) => states.get(id),
  };
}

/** More than any alarm looks back to, at one a minute: its longest stretch and the look-back. */
const MOST_SAMPLES = 400;

function metricOf({ namespace, metricName, dimensions }: Omit<Sample, 'at' | 'value'>): string {
  return JSON.stringify([namespace, metricName, Object.entries(dimensions).toSorted()]);
}

interface View {
  readonly now: number;
  readonly reading: Reading;
}

/** The alarm's statistic in each window, newest first, the look-back included; `undefined` where there is no sample. */
function points(alarm: MetricAlarm, samples: readonly Sample[], { now, reading }: View): (number | undefined)[] {
  const length = alarm.period * 1_000;
  const end = reading.windows === 'sliding' ? now : Math.floor(now / length) * length;
  const windows: number[][] = Array.from({ length: alarm.evaluationPeriods + reading.checkBack }, () => []);
  for (const { at, value } of samples) if (at < end) windows[Math.ceil((end - at) / length) - 1]?.push(value);
  return windows.map((values) => (values.length === 0 ? undefined : statisticOf(alarm.statistic, values)));
}

function statisticOf(statistic: string, values: readonly number[]): number {
  if (statistic === 'Maximum') return Math.max(...values);
  if (statistic === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (statistic === 'SampleCount') return values.length;
  throw new Error(`statistic: expected one that the evaluator knows, got ${statistic}`);
}

/** The state that CloudWatch concludes from the windows it looked at, newest first. */
export function nextState(
  alarm: Pick<MetricAlarm, 'evaluationPeriods' | 'datapointsToAlarm' | 'threshold' | 'comparison' | 'missing'>,
  windows: readonly (number | undefined)[],
  state: State = 'INSUFFICIENT_DATA',
): State {
  const real = windows.filter((value) => value !== undefined).slice(0, alarm.evaluationPeriods);
  const breaching = real.filter((value) => breaches(alarm, value)).length;
  const filled = alarm.evaluationPeriods - real.length;
  const enough = (count: number): State => (count >= alarm.datapointsToAlarm ? 'ALARM' : 'OK');
  if (filled === 0 || alarm.missing === 'notBreaching') return enough(breaching);
  if (alarm.missing === 'breaching') return enough(breaching + filled);
  if (breaching >= alarm.datapointsToAlarm) return 'ALARM';
  if (real.length > breaching) return 'OK';
  if (alarm.missing === 'ignore') return state;
  return real.length === 0 ? 'INSUFFICIENT_DATA' : 'ALARM';
}

function breaches({ comparison, threshold }: Pick<MetricAlarm, 'comparison' | 'threshold'>, value: number): boolean {
  if (comparison === 'GreaterThanOrEqualToThreshold') return value >= threshold;
  if (comparison === 'LessThanThreshold') return value < threshold;
  throw new Error(`comparison: expected one that the evaluator knows, got ${comparison}`);
}
