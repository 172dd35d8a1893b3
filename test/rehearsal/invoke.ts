/** Invoking deployed functions by the Lambda API, as the schedule does and by hand. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { toIso } from '../../lib/time/index.ts';
import type { Aws } from './aws.ts';
import { type Deployed, idPart } from './deployed.ts';
import { RehearsalError } from './failure.ts';
import { ofType, resolve } from './template.ts';

/** A metric in an EMF line of a function's log. */
export interface LoggedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What became of an invocation. */
export interface Invocation {
  /** What the function answered, or what it threw. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** Whether it threw or died. */
  readonly broke: boolean;
  /** The metrics in its log, by their names. */
  readonly metrics: Readonly<Record<string, LoggedMetric>>;
}

/** An invocation to make. */
export interface Asked {
  readonly functionName: string;
  readonly payload: unknown;
  /** Metrics that its log is to have. @default none */
  readonly awaited?: readonly string[];
}

/** How often a log is looked at again for a metric that it lacks. */
const MOST_CHECKS = 20;
/** Milliseconds. */
const BETWEEN_CHECKS = 50;

/** Invokes a function of a deployed stack. */
export async function invoke(aws: Aws, { functionName, payload, awaited = [] }: Asked): Promise<Invocation> {
  const since = Date.now();
  const { answer, broke, log } = await invokeOnce(aws, functionName, payload);
  let metrics = metricsIn(log, since);
  for (let check = 0; !broke && check < MOST_CHECKS && awaited.some((name) => !(name in metrics)); check++) {
    await sleep(BETWEEN_CHECKS);
    // On a busy machine the emulator misses lines at the end of a log: they come with the next one, and this one adds
    // none.
    const next = await invokeOnce(aws, functionName, { action: 'status' });
    metrics = { ...metrics, ...metricsIn(next.log, since) };
  }
  return { answer, broke, metrics };
}

async function invokeOnce(
  { lambda }: Pick<Aws, 'lambda'>,
  functionName: string,
  payload: unknown,
): Promise<Omit<Invocation, 'metrics'> & { readonly log: string }> {
  const answered = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload), LogType: 'Tail' }),
  );
  return {
    answer: JSON.parse(Buffer.from(answered.Payload ?? []).toString() || 'null') as Record<string, unknown>,
    broke: answered.FunctionError !== undefined,
    log: Buffer.from(answered.LogResult ?? '', 'base64').toString(),
  };
}

/**
 * The metric of a name in the log of an invocation.
 * @throws RehearsalError if there is none
 */
export function metricOf({ metrics }: Invocation, name: string): LoggedMetric {
  const metric = metrics[name];
  if (metric === undefined) throw new RehearsalError(`the log has no metric ${name}`);
  return metric;
}

/** What a deployed schedule invokes, and with what once Scheduler has put in a due time. */
export interface Delivery {
  readonly functionName: string;
  readonly payload: unknown;
}

/** How the deployed schedule of a service would deliver a tick: its own target and input, as Scheduler fills it. */
export async function deliveryOf(
  aws: Aws,
  { template, world }: Deployed,
  { service, scheduledFor }: { readonly service: string; readonly scheduledFor: number },
): Promise<Delivery> {
  const [schedule] = ofType(template, 'AWS::Scheduler::Schedule').filter(({ id }) => id.startsWith(idPart(service)));
  const GroupName = String(resolve(schedule?.Properties?.['GroupName'], world));
  const { Target } = await aws.scheduler.send(
    new GetScheduleCommand({ Name: world.ref(schedule?.id ?? ''), GroupName }),
  );
  const input = (Target?.Input ?? '{}')
    .replaceAll('<aws.scheduler.scheduled-time>', toIso(scheduledFor).replace('.000Z', 'Z'))
    .replaceAll('<aws.scheduler.execution-id>', 'rehearsal')
    .replaceAll('<aws.scheduler.attempt-number>', '1');
  return { functionName: Target?.Arn?.split(':').at(-1) ?? '', payload: JSON.parse(input) };
}

/** Hands a function an event as Scheduler does: nobody waits for what becomes of it. */
export async function send(aws: Aws, { functionName, payload }: Delivery): Promise<void> {
  const Payload = JSON.stringify(payload);
  await aws.lambda.send(new InvokeCommand({ FunctionName: functionName, Payload, InvocationType: 'Event' }));
}

/**
 * The metrics in lines of a log that are in CloudWatch's embedded metric format and were written from the instant on
 * (epoch milliseconds), by their names; the last of a name stands.
 */
export function metricsIn(log: string, since: number): Record<string, LoggedMetric> {
  const found = log
    .split('\n')
    .flatMap((line) => (line.startsWith('{"_aws"') ? [JSON.parse(line) as EmfLine] : []))
    .filter(({ _aws }) => _aws.Timestamp >= since)
    .flatMap(metricsOf);
  return Object.fromEntries(found.map((metric) => [metric.name, metric]));
}

interface EmfLine {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [field: string]: unknown;
}

function metricsOf(line: EmfLine): LoggedMetric[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Metrics.map(({ Name: name }) => ({
      namespace,
      name,
      dimensions: Object.fromEntries((Dimensions[0] ?? []).map((dimension) => [dimension, String(line[dimension])])),
      value: Number(line[name]),
    })),
  );
}
