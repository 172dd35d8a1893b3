/** The deployed alarms, and what rings them. */
import { DescribeAlarmsCommand, type MetricAlarm, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Aws } from './aws.ts';
import type { LoggedMetric } from './invoke.ts';

/** A metric alarm as CloudWatch has it. */
export async function alarmOf({ cloudWatch }: Aws, name: string): Promise<MetricAlarm> {
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return MetricAlarms[0] ?? {};
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
