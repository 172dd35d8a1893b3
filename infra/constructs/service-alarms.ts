/** The alarms of a service. They notify nobody by themselves; the watchdog notifies people. */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Service } from '../../lib/service/index.ts';
import { withoutUndefined } from '../../lib/text/index.ts';
import { alarmsOf } from '../alarms/index.ts';
import { refuseUnknownProps } from '../known-props.ts';
import type { AlarmLevel } from '../settings.ts';
import { type AlarmActions, renderAlarm } from './rendered-alarm.ts';

/** The properties of a service's alarms. */
export interface ServiceAlarmsProps extends AlarmActions {
  /** The level of the service's alarms. @default 'essential' */
  readonly level?: AlarmLevel;
  /** The service as it is deployed: with the interval that the user gave, if any. */
  readonly service: Service;
  /** The CloudWatch namespace of the watchdog's metrics. */
  readonly namespace: string;
  /** The function of the service. */
  readonly function: IFunction;
  /** The group whose function it shares. @default it has one of its own */
  readonly groupName?: string;
}

/** The alarms of a service. */
export class ServiceAlarms extends Construct {
  /**
   * The alarms by id: `unhealthy` (for the watchdog itself `watchdog`), and at level 'full' `throttles` and
   * `near-timeout`; empty at level 'none'.
   */
  readonly alarms: Readonly<Record<string, Alarm>>;

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    refuseUnknownProps<ServiceAlarmsProps>(this, props, {
      ...{ level: 'text', service: 'object', namespace: 'text', function: 'object', groupName: 'text' },
      ...{ alarmActions: 'list', okActions: 'list' },
    });
    const { service, namespace, level = 'essential', groupName } = props;
    const { functionName } = props.function;
    const options = { namespace, level, functionName, ...withoutUndefined({ groupName }) };
    const definitions = alarmsOf(service, options);
    this.alarms = Object.fromEntries(
      definitions.map((definition) => [definition.id, renderAlarm(this, definition, props)]),
    );
  }
}
