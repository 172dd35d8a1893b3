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

/** What an alarm reads, and what a metric is, in the same words. */
export function readBy({ Namespace, MetricName, Dimensions = [] }: MetricAlarm): string {
  return inOne(
    Namespace,
    MetricName,
    Dimensions.map(({ Name, Value }) => `${Name} ${Value}`),
  );
}

/** What a metric in a log is, in the words of {@link readBy}. */
export function emitted({ namespace, name, dimensions }: LoggedMetric): string {
  return inOne(
    namespace,
    name,
    Object.entries(dimensions).map(([dimension, value]) => `${dimension} ${value}`),
  );
}

function inOne(namespace = '', name = '', dimensions: readonly string[]): string {
  return `${namespace} ${name} (${dimensions.join(', ')})`;
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
