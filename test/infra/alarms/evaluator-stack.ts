/** A stack of nothing but services' alarms, synthesised: its template, and what its alarms are called there. */
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { Pager } from '../../../infra/constructs/pager.ts';
import { ServiceAlarms, type ServiceAlarmsOptions } from '../../../infra/constructs/service-alarms.ts';
import { StackAlarms } from '../../../infra/constructs/stack-alarms.ts';
import type { Service } from '../../../lib/service/index.ts';
import { type Template, text } from './evaluator-template.ts';

/** The namespace that the services' metrics are filed under in these stacks. */
export const NAMESPACE = 'Tickover-story';

/** A synthesised stack. */
export interface SynthesisedAlarms {
  readonly template: Template;
  /**
   * Logical ids by what alarms tell: `failing` of the first service, `other/failing` of one that is named so,
   * `undeliverable`, `failed`.
   */
  readonly ids: Readonly<Record<string, string>>;
  /** Names of the functions by service, of the queues as `undeliverable` and `failed`, as dimensions have them. */
  readonly names: Readonly<Record<string, string>>;
}

type Level = Pick<ServiceAlarmsOptions, 'level'>;

/** What was synthesised already: the same services have the same alarms. */
const known = new Map<string, SynthesisedAlarms>();

/** Synthesises the alarms of services, told to one pager, as a stack has them. */
export function synthesise(services: readonly Service[], level: Level = {}): SynthesisedAlarms {
  const key = JSON.stringify([services, level]);
  const made = known.get(key) ?? synthesiseAnew(services, level);
  known.set(key, made);
  return made;
}

function synthesiseAnew(services: readonly Service[], { level = 'essential' }: Level): SynthesisedAlarms {
  const stack = new Stack(new App(), 'Story');
  const idOf = (construct: Construct) => stack.getLogicalId(construct.node.defaultChild as CfnResource);
  const { topic: pagerTopic } = new Pager(stack, 'Pager');
  const undeliverableQueue = new Queue(stack, 'Undeliverable');
  const failedQueue = new Queue(stack, 'Failed');
  const { undeliverable, failed } = new StackAlarms(stack, 'Alarms', { undeliverableQueue, failedQueue, pagerTopic });
  const ids: Record<string, string> = { undeliverable: idOf(undeliverable), failed: idOf(failed) };
  const nameOf = ({ queueName }: Queue) => text(stack.resolve(queueName));
  const names: Record<string, string> = { undeliverable: nameOf(undeliverableQueue), failed: nameOf(failedQueue) };
  for (const [index, service] of services.entries()) {
    const made = functionIn(stack, service.name);
    const props = { service, namespace: NAMESPACE, function: made, level, pagerTopic };
    const { alarms, pager } = new ServiceAlarms(stack, service.name, props);
    const prefix = index === 0 ? '' : `${service.name}/`;
    for (const [id, alarm] of Object.entries({ ...alarms, ...(pager && { pager }) })) ids[prefix + id] = idOf(alarm);
    names[service.name] = text(stack.resolve(made.functionName));
  }
  return { template: Assertions.fromStack(stack).toJSON() as Template, ids, names };
}

function functionIn(scope: Construct, id: string): LambdaFunction {
  const code = Code.fromInline('exports.handler = async () => {};');
  return new LambdaFunction(scope, `${id}-function`, { code, handler: 'index.handler', runtime: Runtime.NODEJS_24_X });
}

/** The stack with other properties of one alarm: what a mistake in its definition would have made. */
export function mutated(
  { template, ...rest }: SynthesisedAlarms,
  alarm: string,
  properties: Readonly<Record<string, unknown>>,
): SynthesisedAlarms {
  const id = rest.ids[alarm] ?? '';
  const resource = template.Resources[id];
  if (resource === undefined) throw new Error(`mutated: expected an alarm of the stack, got ${alarm}`);
  const changed = { ...resource, Properties: { ...resource.Properties, ...properties } };
  return { ...rest, template: { Resources: { ...template.Resources, [id]: changed } } };
}
