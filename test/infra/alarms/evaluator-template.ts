/** The alarms of a synthesised template, read as CloudFormation would make them. */
/** A template, or as much of one as holds alarms. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface MetricAlarm {
  /** The logical id. */
  readonly id: string;
  /** How many actions it takes when it fires. */
  readonly actions: number;
  /** How many actions it takes when it ends. */
  readonly okActions: number;
  readonly description: string;
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
  /** How long it warms up after it is made, in milliseconds. */
  readonly warmUp: number;
}

/** The alarms of a template. There is no other kind than alarms on metrics. */
export function readAlarms({ Resources }: Template): MetricAlarm[] {
  const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
  const composites = ofType('AWS::CloudWatch::CompositeAlarm');
  if (composites.length > 0) throw new Error(`template: expected no composite alarm, got ${composites.length}`);
  return ofType('AWS::CloudWatch::Alarm').map(([id, { Properties = {} }]) => readMetric(id, Properties));
}

type Properties = Readonly<Record<string, unknown>>;

function readMetric(id: string, properties: Properties): MetricAlarm {
  const { Dimensions = [], EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods } = properties;
  const { AlarmActions = [], OKActions = [], AlarmDescription = '', WarmUpConfiguration = {} } = properties;
  const { WarmUpPeriodDurationInMinutes = 0 } = WarmUpConfiguration as { WarmUpPeriodDurationInMinutes?: number };
  const dimensions = (Dimensions as readonly { Name: string; Value: unknown }[]).map(({ Name, Value }) => [
    Name,
    text(Value),
  ]);
  return {
    id,
    actions: (AlarmActions as readonly unknown[]).length,
    okActions: (OKActions as readonly unknown[]).length,
    description: text(AlarmDescription),
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
    warmUp: WarmUpPeriodDurationInMinutes * 60_000,
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
