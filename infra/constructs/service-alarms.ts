import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Service } from '../../lib/service/index.ts';
import { withoutUndefined } from '../../lib/text/index.ts';
import { alarmsOf } from '../alarms/index.ts';
import { refuseUnknownProps } from '../known-props.ts';
import type { AlarmLevel } from '../settings.ts';
import { type AlarmActions, renderAlarm } from './rendered-alarm.ts';

export interface ServiceAlarmsProps extends AlarmActions {
  /** The level of the service's alarms. @default 'essential' */
  readonly level?: AlarmLevel;
  /** The service, with the interval at which it is deployed. */
  readonly service: Service;
  /** The CloudWatch namespace of the watchdog's metrics. */
  readonly namespace: string;
  readonly function: IFunction;
  /**
   * The name of the group, if the service shares its function with a group of services.
   * @default the service has a function of its own
   */
  readonly groupName?: string;
}

/** The CloudWatch alarms of one service. Without `alarmActions` they only show their state. */
export class ServiceAlarms extends Construct {
  /**
   * The alarms by id: `unhealthy`, or `watchdog` for the watchdog. At level 'full' a service with a function of its own
   * also has `throttles` and `near-timeout`. Empty at level 'none'.
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
