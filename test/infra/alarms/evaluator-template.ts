/** The alarms of a synthesised template, read as CloudFormation would make them. */
import type { State } from './evaluator.ts';

/** A template, or as much of one as holds alarms. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

interface Acting {
  /** The logical id. */
  readonly id: string;
  /** How many actions it takes when it rings. */
  readonly actions: number;
  /** The alarm for which its actions wait. */
  readonly suppressor?: string;
  /** How long, in milliseconds. */
  readonly wait: number;
  readonly description: string;
}

export interface MetricAlarm extends Acting {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  /** In seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly missing: string;
}

export interface CompositeAlarm extends Acting {
  readonly rule: Condition;
}

/** A composite's rule, parsed. */
export type Condition =
  | { readonly is: 'state'; readonly state: State; readonly alarm: string }
  | { readonly is: 'not'; readonly inner: Condition }
  | { readonly is: 'and' | 'or'; readonly inner: readonly Condition[] };

/** The alarms of a template. */
export function readAlarms({ Resources }: Template): { metrics: MetricAlarm[]; composites: CompositeAlarm[] } {
  const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
  return {
    metrics: ofType('AWS::CloudWatch::Alarm').map(([id, { Properties = {} }]) => readMetric(id, Properties)),
    composites: ofType('AWS::CloudWatch::CompositeAlarm').map(([id, { Properties = {} }]) =>
      readComposite(id, Properties),
    ),
  };
}

type Properties = Readonly<Record<string, unknown>>;

function readMetric(id: string, properties: Properties): MetricAlarm {
  const { Dimensions = [], EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods } = properties;
  const dimensions = (Dimensions as readonly { Name: string; Value: unknown }[]).map(({ Name, Value }) => [
    Name,
    text(Value),
  ]);
  return {
    ...acting(id, properties),
    namespace: text(properties['Namespace']),
    metricName: text(properties['MetricName']),
    dimensions: Object.fromEntries(dimensions) as Record<string, string>,
    statistic: text(properties['Statistic']),
    period: Number(properties['Period']),
    evaluationPeriods: Number(EvaluationPeriods),
    datapointsToAlarm: Number(DatapointsToAlarm),
    threshold: Number(properties['Threshold']),
    comparison: text(properties['ComparisonOperator']),
    missing: text(properties['TreatMissingData'] ?? 'missing'),
  };
}

function readComposite(id: string, properties: Properties): CompositeAlarm {
  return { ...acting(id, properties), rule: parseRule(text(properties['AlarmRule'])) };
}

function acting(id: string, properties: Properties): Acting {
  const { AlarmActions = [], ActionsSuppressor, ActionsSuppressorWaitPeriod = 0, AlarmDescription = '' } = properties;
  return {
    id,
    actions: (AlarmActions as readonly unknown[]).length,
    ...(ActionsSuppressor === undefined ? {} : { suppressor: alarmOf(text(ActionsSuppressor)) }),
    wait: Number(ActionsSuppressorWaitPeriod) * 1_000,
    description: text(AlarmDescription),
  };
}

/**
 * The text of a value; what CloudFormation would fill in stands as the logical id, with `.Arn` behind it for an ARN.
 */
export function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Readonly<Record<string, unknown>>;
  if (typeof Ref === 'string') return Ref;
  if (Array.isArray(attribute)) return attribute.join('.');
  if (Array.isArray(join)) return (join[1] as readonly unknown[]).map(text).join(String(join[0]));
  throw new Error(`template: expected text, Ref, Fn::GetAtt or Fn::Join, got ${JSON.stringify(value)}`);
}

function alarmOf(reference: string): string {
  return reference.replace(/\.Arn$/, '');
}

/** Parses a rule: `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA("c"))`; NOT binds closest, then AND. */
export function parseRule(rule: string): Condition {
  const tokens = rule.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
  const take = (expected?: string): string => {
    const token = tokens.shift();
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`rule: expected ${expected ?? 'more'}, got ${token ?? 'its end'} in ${rule}`);
    }
    return token;
  };
  const many = (word: 'AND' | 'OR', part: () => Condition): Condition => {
    const first = part();
    const inner = [first];
    while (tokens[0] === word) {
      take(word);
      inner.push(part());
    }
    return inner.length === 1 ? first : { is: word === 'AND' ? 'and' : 'or', inner };
  };
  const either = (): Condition => many('OR', both);
  const both = (): Condition => many('AND', single);
  const within = <Value>(read: () => Value): Value => {
    take('(');
    const value = read();
    take(')');
    return value;
  };
  const single = (): Condition => {
    if (tokens[0] === '(') return within(either);
    const word = take();
    if (word === 'NOT') return { is: 'not', inner: single() };
    if (word !== 'ALARM' && word !== 'OK' && word !== 'INSUFFICIENT_DATA') {
      throw new Error(`rule: expected a state, got ${word} in ${rule}`);
    }
    return { is: 'state', state: word, alarm: alarmOf(within(() => take()).replaceAll('"', '')) };
  };
  const parsed = either();
  if (tokens.length > 0) throw new Error(`rule: expected its end, got ${tokens.join(' ')} in ${rule}`);
  return parsed;
}
