import { existsSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IScheduleGroup, Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { fileOf, type HandlerSource, partsOf } from '../../lib/bundling/index.ts';
import { InvalidOptionsError, LIMITS, optionFault } from '../../lib/rules/index.ts';
import { type Service, variableFaults } from '../../lib/service/index.ts';
import { isRecord, readProperty, showValue, withoutUndefined } from '../../lib/text/index.ts';
import { WATCHDOG } from '../alarms/index.ts';
import { configured, durationFaults, type GivenDuration, retentionFaults } from '../durations.ts';
import { FUNCTION_PROPS, propsFaults, type Shapes } from '../known-props.ts';
import { nameTwiceFaults, serviceFaults } from '../service-faults.ts';
import type { AlarmLevel, MetricsLevel } from '../settings.ts';
import { functionPropsFaults } from './code/function-props.ts';
import { type GivenService, sourcedService } from './code/given-service.ts';
import { addRemarks, DeployedService, neighboursOf, type SharedParts, sharedParts } from './deployed-service.ts';
import type { AlarmActions } from './rendered-alarm.ts';
import { ServiceAlarms } from './service-alarms.ts';
import { FUNCTION_SHAPES, ServiceFunction, type ServiceFunctionOptions } from './service-function.ts';
import { ServiceSchedule } from './service-schedule.ts';

/** The options of a service on AWS that can be the same for several services. */
export interface ScheduledServiceOptions extends ServiceFunctionOptions, AlarmActions {
  /** The interval at which the service runs. @default the interval in the service's definition */
  readonly interval?: GivenDuration;
  /** The level of the service's alarms. @default 'essential' */
  readonly alarms?: AlarmLevel;
  /** Whether the service sends metrics that CloudWatch bills, such as streak, duration and lateness. @default none */
  readonly metrics?: MetricsLevel;
}

/**
 * The properties of a service on AWS. A table, schedule group, role or queue that is not given is made for this service
 * alone.
 */
export interface ScheduledServiceProps extends ScheduledServiceOptions, GivenService {
  /** The state table. @default the service makes a table */
  readonly table?: ITable;
  /** The EventBridge Scheduler group that contains the schedule. @default the service makes a group */
  readonly group?: IScheduleGroup;
  /**
   * The role that EventBridge Scheduler assumes to invoke the function.
   * @default the service makes a role that only the schedules of its schedule group can use
   */
  readonly schedulerRole?: IRole;
  /** The queue for firings that Scheduler could not deliver. @default the service makes a queue */
  readonly undeliverableQueue?: IQueue;
  /**
   * Whether the watchdog of another app watches this service. If true, synth doesn't warn that the service has no
   * watchdog.
   * @default false
   */
  readonly watched?: boolean;
  /**
   * The CloudWatch namespace of the metrics of this service, and of the watchdog's metrics about this service.
   * @default the name of the stack
   */
  readonly namespace?: string;
}

export const SERVICE_PROPS = {
  ...{ service: 'object', entry: 'text', file: 'text', table: 'object', group: 'object', schedulerRole: 'object' },
  ...{ undeliverableQueue: 'object', watched: 'flag', namespace: 'text', alarmActions: 'list', okActions: 'list' },
  ...{ interval: 'any', alarms: 'text', metrics: 'text' },
  ...FUNCTION_SHAPES,
} as const satisfies Shapes<ScheduledServiceProps>;

/**
 * A service on AWS with its function, schedule, log group and alarms. Any stack can contain it.
 * @throws InvalidOptionsError which names every option that prevents the deploy
 */
export class ScheduledService extends DeployedService {
  readonly service: Service;
  /** The path of the file with the handler, or with the service whose handler is generated. */
  readonly entry: string;
  readonly function: LambdaFunction;
  readonly schedule: Schedule;
  readonly logGroup: ILogGroup;
  readonly undeliverableQueue: IQueue;
  readonly table: ITable;
  readonly logKey: IKey | undefined;
  readonly namespace: string;
  readonly alarms: Readonly<Record<string, Alarm>>;

  constructor(scope: Construct, id: string, props: ScheduledServiceProps) {
    super(scope, id);
    refuseMisshapen(props);
    const { service, source } = sourcedService(props, props);
    this.service = configured(service, props.interval);
    this.entry = fileOf(source);
    this.namespace = props.namespace ?? Stack.of(this).stackName;
    this.#refuseFaults(props);
    const shared = sharedParts(this, props);
    this.table = shared.table;
    this.undeliverableQueue = shared.undeliverableQueue;
    this.logKey = props.functionProps?.logGroup === undefined ? props.encryptionKey : undefined;
    const made = this.#makeFunction(source, props);
    this.function = made.function;
    this.logGroup = made.logGroup;
    this.schedule = this.#makeSchedule(shared);
    this.alarms = this.#makeAlarms(props).alarms;
    addRemarks(this, props);
  }

  #refuseFaults(props: ScheduledServiceProps): void {
    const { entry } = this;
    const { functionProps = {} } = props;
    const memorySize = functionProps.memorySize ?? props.memorySize ?? LIMITS.memorySize.default;
    const environment = { ...props.environment, ...functionProps.environment };
    const emitsMetrics = props.metrics === 'detailed' || this.service.name === WATCHDOG;
    const deployment = { service: this.service, entry, memorySize, environment, emitsMetrics };
    const names = [...neighboursOf(this, props.table), this].map(({ service }) => service.name);
    const faults = [
      ...variableFaults(Object.keys(environment)),
      ...serviceFaults(deployment, { fileExists: existsSync }),
      ...functionPropsFaults(functionProps),
      ...queueFaults(props),
      ...nameTwiceFaults(names),
    ];
    if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(this.service.name)}`, faults);
  }

  #makeFunction(source: HandlerSource, props: ScheduledServiceProps): ServiceFunction {
    const { interval, environment, memorySize, logRetention, logLevel, functionProps } = props;
    const { metrics, encryptionKey, secretKeys } = props;
    return new ServiceFunction(this, 'Function', {
      services: [this.service],
      source,
      parts: partsOf(source, { service: this.service, sendsMetrics: metrics === 'detailed' }),
      table: this.table,
      ...withoutUndefined({ memorySize, logRetention, logLevel, functionProps, encryptionKey, secretKeys }),
      environment: withoutUndefined({
        ...environment,
        ...functionProps?.environment,
        TICKOVER_METRICS_NAMESPACE: this.namespace,
        TICKOVER_METRICS: metrics,
        TICKOVER_INTERVAL: interval === undefined ? undefined : `${this.service.schedule.interval}ms`,
      }),
    });
  }

  #makeSchedule({ group, role, undeliverableQueue }: SharedParts): Schedule {
    const { service } = this;
    const props = { service, function: this.function, group, role, undeliverableQueue };
    return new ServiceSchedule(this, 'Schedule', props).schedule;
  }

  #makeAlarms({ alarms: level, alarmActions, okActions }: ScheduledServiceProps): ServiceAlarms {
    const { service, namespace } = this;
    const options = withoutUndefined({ level, alarmActions, okActions });
    return new ServiceAlarms(this, 'Alarms', { service, namespace, function: this.function, ...options });
  }
}

/**
 * Refuses props with unknown names or values of the wrong type. The check runs before the others, which would fail on
 * such props.
 */
function refuseMisshapen(props: unknown): void {
  const functionProps = readProperty(props, 'functionProps');
  const faults = [
    ...propsFaults(props, SERVICE_PROPS),
    ...durationFaults('interval', readProperty(props, 'interval')),
    ...retentionFaults('logRetention', readProperty(props, 'logRetention')),
    ...(isRecord(functionProps) ? propsFaults(functionProps, FUNCTION_PROPS, 'functionProps.') : []),
  ];
  const name = readProperty(readProperty(props, 'service'), 'name');
  if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(name)}`, faults);
}

/** Returns a fault if the queue is a FIFO queue, to which EventBridge Scheduler can't send. */
export function queueFaults({ undeliverableQueue }: Pick<ScheduledServiceProps, 'undeliverableQueue'>): string[] {
  return optionFault(undeliverableQueue?.fifo !== true, 'undeliverableQueue', 'a standard queue', 'a FIFO queue');
}
