/** A stack of nothing but alarms, synthesised: its template, and what its alarms are called there. */
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { notifyBy, Pager } from '../../../infra/constructs/pager.ts';
import { ServiceScheduleGroup } from '../../../infra/constructs/schedule-group.ts';
import { ServiceAlarms, type ServiceAlarmsProps } from '../../../infra/constructs/service-alarms.ts';
import { StackAlarms } from '../../../infra/constructs/stack-alarms.ts';
import { defineService, type Service } from '../../../lib/service/index.ts';
import { type Template, text } from './evaluator-template.ts';

/** The namespace of the services' metrics in these stacks. */
export const NAMESPACE = 'Tickover-test';
/** The name of the watchdog, which is in each of these stacks. */
export const WATCHDOG = 'watch-services';

/** A synthesised stack. */
export interface SynthesisedAlarms {
  readonly template: Template;
  /** Logical ids by service and trouble, such as `poll/unhealthy`; of the stack's alarms by trouble. */
  readonly ids: Readonly<Record<string, string>>;
  /** Names by service of the functions, and of `group` and `undeliverable`, as dimensions have them. */
  readonly names: Readonly<Record<string, string>>;
}

type Level = Partial<Pick<ServiceAlarmsProps, 'level' | 'alarmActions' | 'okActions'>>;

/** Synthesises the alarms of services, of the watchdog and of deliveries, as a stack has them. */
export function synthesise(services: readonly Service[], level: Level = {}): SynthesisedAlarms {
  const stack = new Stack(new App(), 'Scenario');
  const idOf = (construct: Alarm) => stack.getLogicalId(construct.node.defaultChild as CfnResource);
  const { topic: pagerTopic } = new Pager(stack, 'Pager');
  const undeliverableQueue = new Queue(stack, 'Undeliverable');
  const { group } = new ServiceScheduleGroup(stack, 'Schedules');
  const actions = { alarmActions: level.alarmActions ?? [], okActions: level.okActions ?? [] };
  const shared = new StackAlarms(stack, 'Alarms', { group, undeliverableQueue, pagerTopic, ...actions });
  const ids = Object.fromEntries(Object.entries(shared.alarms).map(([id, alarm]) => [id, idOf(alarm)]));
  const names: Record<string, string> = {
    group: text(stack.resolve(group.scheduleGroupName)),
    undeliverable: text(stack.resolve(undeliverableQueue.queueName)),
  };
  for (const service of [...services, watchdog()]) {
    const made = functionIn(stack, service.name);
    const { alarms } = new ServiceAlarms(stack, service.name, {
      ...{ service, namespace: NAMESPACE, function: made },
      ...level,
    });
    if (alarms['watchdog'] !== undefined) notifyBy(alarms['watchdog'], pagerTopic);
    for (const [id, alarm] of Object.entries(alarms)) ids[`${service.name}/${id}`] = idOf(alarm);
    names[service.name] = text(stack.resolve(made.functionName));
  }
  return { template: Assertions.fromStack(stack).toJSON() as Template, ids, names };
}

/** An action of the user's own. */
export function actionOn(alarmActionArn: string): IAlarmAction {
  return { bind: () => ({ alarmActionArn }) };
}

function watchdog(): Service {
  return defineService({ name: WATCHDOG, kind: 'loop', interval: '1m', workload: async () => {} });
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
