/** Notifies people when a service fails, halts or falls silent, and of nothing less. */
import { Duration, Names, Stack } from 'aws-cdk-lib';
import { type Alarm, CompositeAlarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Service } from '../../lib/service/index.ts';
import { alarmsOf, type CompositeAlarmDefinition, HOLD, type MetricAlarmDefinition } from '../alarms/index.ts';
import type { AlarmLevel } from '../settings.ts';
import { notifyBy } from './pager.ts';
import { renderAlarm, renderRule } from './rendered-alarm.ts';

/** The options of a service's alarms. */
export interface ServiceAlarmsOptions {
  /** The level of the alarms. @default 'essential' */
  readonly level?: AlarmLevel;
  /** The topic to which the pager publishes. @default none: the alarms only show their state */
  readonly pagerTopic?: ITopic;
}

/** The properties of a service's alarms. */
export interface ServiceAlarmsProps extends ServiceAlarmsOptions {
  /** The service, with its configured interval. */
  readonly service: Service;
  /** The CloudWatch namespace of the service's metrics. */
  readonly namespace: string;
  /** The function of the service. */
  readonly function: IFunction;
}

/** The alarms of a service. Only the pager has an action. */
export class ServiceAlarms extends Construct {
  /** The alarms by trouble: `failing`, `halted`, `silent` or `overdue`, and so on; empty at level 'none'. */
  readonly alarms: Readonly<Record<string, Alarm>>;
  /** Fires if one of the alarms does; `undefined` at level 'none'. */
  readonly pager: CompositeAlarm | undefined;

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    const { service, namespace, level = 'essential', pagerTopic } = props;
    const definitions = alarmsOf(service, { namespace, level, functionName: props.function.functionName });
    const metrics = definitions.filter((definition) => definition.kind === 'metric');
    this.alarms = this.#makeAlarms(metrics);
    const pager = definitions.find((definition) => definition.kind === 'composite');
    this.pager = pager === undefined ? undefined : this.#makePager(pager, pagerTopic);
  }

  #makeAlarms(definitions: readonly MetricAlarmDefinition[]): Record<string, Alarm> {
    return Object.fromEntries(definitions.map((definition) => [definition.id, renderAlarm(this, definition)]));
  }

  #makePager({ id, rule, wait, description }: CompositeAlarmDefinition, topic?: ITopic): CompositeAlarm {
    const pager = new CompositeAlarm(this, id, {
      // Its own default knows nothing of the stack's name: two stacks of one account would share a pager.
      compositeAlarmName: `${Stack.of(this).stackName}-${Names.uniqueResourceName(this, { maxLength: 120 })}`,
      alarmRule: renderRule(rule, this.alarms),
      alarmDescription: description,
      actionsSuppressor: holdOf(this),
      actionsSuppressorWaitPeriod: Duration.seconds(wait),
    });
    if (topic !== undefined) notifyBy(pager, topic);
    return pager;
  }
}

/** The alarm that never fires. A stack has one, which all its pagers use. */
function holdOf(scope: Construct): IAlarm {
  const stack = Stack.of(scope);
  const found = stack.node.tryFindChild('PagerHold') as Construct | undefined;
  return (
    (found?.node.tryFindChild(HOLD.id) as Alarm | undefined) ?? renderAlarm(new Construct(stack, 'PagerHold'), HOLD)
  );
}
