/**
 * CloudWatch's alarms, played: states over time of the alarms of a synthesised template, over samples.
 *
 * What AWS documents is fixed here: an alarm looks at more windows than it was told to (the look-back), evaluates the
 * newest real ones if there are enough of them, else fills in what is missing; a composite follows the others at once,
 * and its actions wait for its suppressor. What AWS leaves open is a {@link Reading}: a story has to hold in each.
 */
import {
  type CompositeAlarm,
  type Condition,
  type MetricAlarm,
  readAlarms,
  type Template,
} from './evaluator-template.ts';

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
  /** In which order of a minute the alarms are evaluated. */
  readonly order: 'as written' | 'reversed';
}

export const READINGS: readonly Reading[] = [
  { checkBack: 0, windows: 'sliding', delay: 0, order: 'as written' },
  { checkBack: 0, windows: 'wall clock', delay: 0, order: 'reversed' },
  { checkBack: 2, windows: 'sliding', delay: 90_000, order: 'as written' },
  { checkBack: 5, windows: 'sliding', delay: 20_000, order: 'reversed' },
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
  readonly states: Readonly<Record<string, State>>;
  readonly changes: readonly Change[];
  /** Actions taken: somebody was told. */
  readonly pages: readonly Change[];
}

interface Pending {
  readonly due: number;
}

/** Evaluates the alarms of a template. New ones begin without data. */
export function evaluation(first: Template, reading: Reading): Evaluation {
  let { metrics, composites } = readAlarms(first);
  const samples = new Map<string, Sample[]>();
  const states = new Map<string, State>();
  const pending = new Map<string, Pending>();
  const changes: Change[] = [];
  const pages: Change[] = [];

  function add({ id, actions, suppressor, wait }: MetricAlarm | CompositeAlarm, to: State, at: number): void {
    if (states.get(id) === to) return;
    states.set(id, to);
    changes.push({ alarm: id, to, at });
    pending.delete(id);
    if (to !== 'ALARM' || actions === 0) return;
    if (suppressor === undefined || wait === 0) pages.push({ alarm: id, to, at });
    else pending.set(id, { due: at + wait });
  }

  function follow(now: number): void {
    for (const composite of composites) add(composite, holds(composite.rule, states) ? 'ALARM' : 'OK', now);
  }

  function act(now: number): void {
    for (const { id, suppressor } of composites) {
      const waiting = pending.get(id);
      if (waiting === undefined || waiting.due > now || states.get(suppressor ?? '') === 'ALARM') continue;
      pending.delete(id);
      pages.push({ alarm: id, to: 'ALARM', at: now });
    }
  }

  function install(): void {
    const ids = [...metrics, ...composites].map(({ id }) => id);
    for (const id of states.keys()) if (!ids.includes(id)) states.delete(id);
    for (const id of pending.keys()) if (!ids.includes(id)) pending.delete(id);
    for (const id of ids) if (!states.has(id)) states.set(id, 'INSUFFICIENT_DATA');
  }

  install();
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
      for (const alarm of reading.order === 'as written' ? metrics : metrics.toReversed()) {
        const own = (samples.get(metricOf(alarm)) ?? []).filter(({ at }) => at + reading.delay < now);
        add(alarm, nextState(alarm, points(alarm, own, { now, reading }), states.get(alarm.id)), now);
        follow(now);
      }
      act(now);
    },
    deploy(template, now) {
      ({ metrics, composites } = readAlarms(template));
      install();
      follow(now);
    },
    state: (id) => states.get(id),
    get states() {
      return Object.fromEntries(states);
    },
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
  if (comparison === 'GreaterThanThreshold') return value > threshold;
  if (comparison === 'LessThanThreshold') return value < threshold;
  throw new Error(`comparison: expected one that the evaluator knows, got ${comparison}`);
}

function holds(rule: Condition, states: ReadonlyMap<string, State>): boolean {
  if (rule.is === 'state') {
    const state = states.get(rule.alarm);
    if (state === undefined) throw new Error(`rule: expected an alarm of the template, got ${rule.alarm}`);
    return state === rule.state;
  }
  if (rule.is === 'not') return !holds(rule.inner, states);
  return rule.is === 'and'
    ? rule.inner.every((part) => holds(part, states))
    : rule.inner.some((part) => holds(part, states));
}
