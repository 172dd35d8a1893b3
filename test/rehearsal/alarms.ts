/** The deployed alarms: the pagers, which CloudFormation can't make here, and what rings them. */
import {
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutCompositeAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import type { LoggedMetric } from './invoke.ts';
import { ofType, resolve, type Template } from './template.ts';

interface CompositeProperties {
  readonly AlarmRule: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: string[];
  readonly ActionsSuppressor?: string;
  readonly ActionsSuppressorWaitPeriod?: number;
  readonly ActionsSuppressorExtensionPeriod?: number;
}

/** Puts the composite alarms of the whole template through CloudWatch, as CloudFormation would. */
export async function putPagers({ cloudWatch }: Aws, deployed: Deployed, whole: Template): Promise<void> {
  for (const { id, Properties } of ofType(whole, 'AWS::CloudWatch::CompositeAlarm')) {
    const properties = resolve(Properties, deployed.world) as CompositeProperties;
    const AlarmName = pagerName(deployed, id);
    await cloudWatch.send(new PutCompositeAlarmCommand({ ...properties, AlarmName }));
  }
}

/** What the rehearsal calls a pager. */
export function pagerName({ name }: Deployed, logicalId: string): string {
  return `${name}-${logicalId}`;
}

/** A metric alarm as CloudWatch has it. */
export async function alarmOf({ cloudWatch }: Aws, name: string): Promise<MetricAlarm> {
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return MetricAlarms[0] ?? {};
}

/** Whether a composite alarm rings. */
export async function pagerState({ cloudWatch }: Aws, name: string): Promise<string | undefined> {
  const { CompositeAlarms = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['CompositeAlarm'] }),
  );
  return CompositeAlarms[0]?.StateValue;
}

/** Whether an alarm reads just the metric that a function wrote into its log: a line if it doesn't. */
export function readFaults(alarm: MetricAlarm, metric: LoggedMetric): string[] {
  const { Namespace, MetricName, Dimensions = [] } = alarm;
  const reads = inOne(Namespace, MetricName, Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])));
  const emitted = inOne(metric.namespace, metric.name, metric.dimensions);
  return reads === emitted ? [] : [`the alarm reads ${reads}, the function emits ${emitted}`];
}

function inOne(namespace = '', name = '', dimensions: object): string {
  return `${namespace} ${name} ${JSON.stringify(dimensions)}`;
}

/** Gives CloudWatch a metric that a function wrote into its log: AWS reads it there, the emulator doesn't. */
export async function feed({ cloudWatch }: Aws, { namespace, name, dimensions, value }: LoggedMetric): Promise<void> {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: namespace,
      MetricData: [{ MetricName: name, Dimensions, Value: value, Unit: 'Count' }],
    }),
  );
}
