/** A service on AWS: its schedule, function, log and rights. It can be part of any stack. */

import { existsSync } from 'node:fs';
import { Annotations, AspectPriority, Aspects, type IAspect, Stack, Token } from 'aws-cdk-lib';
import { type Alarm, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IScheduleGroup, Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { InvalidOptionsError, LIMITS, optionFault } from '../../lib/rules/index.ts';
import { type Service, variableFaults } from '../../lib/service/index.ts';
import { isRecord, readProperty, showValue, withoutUndefined } from '../../lib/text/index.ts';
import { inSeconds } from '../../lib/time/index.ts';
import { WATCHDOG } from '../alarms/index.ts';
import { configured, durationFaults, type GivenDuration, retentionFaults } from '../durations.ts';
import { FUNCTION_PROPS, propsFaults, type Shapes } from '../known-props.ts';
import { longestGap } from '../longest-gap.ts';
import { nameTwiceFaults, serviceFaults } from '../service-faults.ts';
import type { AlarmLevel, MetricsLevel } from '../settings.ts';
import { functionPropsFaults } from './function-props.ts';
import { HoldingQueue } from './holding-queue.ts';
import type { AlarmActions } from './rendered-alarm.ts';
import { roleHere } from './rights/allow.ts';
import { grantInvoke, grantOperate, grantRead } from './rights/operator-rights.ts';
import { SchedulerRole, ServiceScheduleGroup } from './schedule-group.ts';
import { ServiceAlarms } from './service-alarms.ts';
import { FUNCTION_SHAPES, ServiceFunction, type ServiceFunctionOptions } from './service-function.ts';
import { ServiceSchedule } from './service-schedule.ts';
import { StateTable } from './state-table.ts';

/** The options of a service on AWS. */
export interface ScheduledServiceOptions extends ServiceFunctionOptions, AlarmActions {
  /** An interval that replaces the service's own. @default the service's own */
  readonly interval?: GivenDuration;
  /** The level of the service's alarms. @default 'essential' */
  readonly alarms?: AlarmLevel;
  /** Whether the service sends metrics of its own, which are billed: streak, duration, lateness. @default none */
  readonly metrics?: MetricsLevel;
}

/**
 * The properties of a service on AWS. Services can share a table, a schedule group, a role and a queue; one that is not
 * given is made for this service alone.
 */
export interface ScheduledServiceProps extends ScheduledServiceOptions {
  /** The result of `defineService`. */
  readonly service: Service;
  /** The file that exports the handler of the service. */
  readonly entry: string;
  /** The state table. @default the service makes a table */
  readonly table?: ITable;
  /** The schedule group that contains the schedule. @default the service makes a group */
  readonly group?: IScheduleGroup;
  /** The role that Scheduler assumes. @default the service makes a role, for schedules of the group */
  readonly schedulerRole?: IRole;
  /** The queue for firings that Scheduler could not deliver. @default the service makes a queue */
  readonly undeliverableQueue?: IQueue;
  /**
   * Whether the watchdog of another app watches this service. Only a watchdog notices that a service is in trouble.
   * @default false; a Watchdog in the same app that has this service among its `services` need not be declared
   */
  readonly watched?: boolean;
  /**
   * The CloudWatch namespace of the metrics of the service, and of the watchdog's metrics about it. @default the name
   * of the stack
   */
  readonly namespace?: string;
}

/** The shapes of the props of a ScheduledService. */
export const SERVICE_PROPS = {
  ...{ service: 'object', entry: 'text', table: 'object', group: 'object', schedulerRole: 'object' },
  ...{ undeliverableQueue: 'object', watched: 'flag', namespace: 'text', alarmActions: 'list', okActions: 'list' },
  ...{ interval: 'any', alarms: 'text', metrics: 'text' },
  ...FUNCTION_SHAPES,
} as const satisfies Shapes<ScheduledServiceProps>;

/**
 * A deployed service.
 * @throws InvalidOptionsError which names every option that prevents the deploy
 */
export class ScheduledService extends Construct {
  /** The service as it is deployed, with the prop `interval` as its interval if that is given. */
  readonly service: Service;
  /** The path of the file from which the function is bundled. */
  readonly entry: string;
  readonly function: LambdaFunction;
  readonly schedule: Schedule;
  readonly logGroup: ILogGroup;
  readonly undeliverableQueue: IQueue;
  readonly table: ITable;
  /**
   * The customer's key that encrypts the service's log; `undefined` if AWS's own key does, or if the user gave the log
   * group.
   */
  readonly logKey: IKey | undefined;
  readonly namespace: string;
  /** The alarms by trouble: `unhealthy` and, at level 'full', others; empty at level 'none'. */
  readonly alarms: Readonly<Record<string, Alarm>>;

  constructor(scope: Construct, id: string, props: ScheduledServiceProps) {
    super(scope, id);
    refuseMisshapen(props);
    this.service = configured(props.service, props.interval);
    this.entry = props.entry;
    this.namespace = props.namespace ?? Stack.of(this).stackName;
    this.#refuseFaults(props);
    const encryption = withoutUndefined({ encryptionKey: props.encryptionKey });
    this.table = props.table ?? new StateTable(this, 'State', encryption).table;
    this.undeliverableQueue = props.undeliverableQueue ?? new HoldingQueue(this, 'Undeliverable', encryption).queue;
    this.logKey = props.functionProps?.logGroup === undefined ? props.encryptionKey : undefined;
    const made = this.#makeFunction(props);
    this.function = made.function;
    this.logGroup = made.logGroup;
    this.schedule = this.#makeSchedule(props);
    this.alarms = this.#makeAlarms(props).alarms;
    this.#addOverrunInfo();
    if (props.watched === true) markWatched([this]);
    if (props.alarms !== 'none') Aspects.of(this).add(new UnwatchedWarning(), { priority: AspectPriority.READONLY });
  }

  /**
   * Allows the grantee to invoke the function: to run the service once, pause it, resume it, and ask for its status.
   */
  grantInvoke(grantee: IGrantable): Grant {
    return grantInvoke(this, grantee);
  }

  /** Lets the grantee do what {@link grantInvoke} and {@link grantRead} let it do. */
  grantOperate(grantee: IGrantable): Grant {
    return grantOperate(this, grantee);
  }

  /**
   * Lets the grantee look at the service and change nothing: its state, log, configuration and schedule, the queue,
   * and alarms, metrics, dashboards and saved queries of the account.
   */
  grantRead(grantee: IGrantable): Grant {
    return grantRead(this, grantee);
  }

  /**
   * The metric `Unhealthy`: 1 at each check of the watchdog that finds the service in trouble. @default the maximum of
   * 5 minutes
   */
  metricUnhealthy(options: MetricOptions = {}): Metric {
    return this.#ownMetric('Unhealthy', options);
  }

  /**
   * The metric `FailureStreak`: the failures since the last success, at each run. The service writes it with
   * `metrics: 'detailed'`.
   * @default the maximum of 5 minutes
   */
  metricFailureStreak(options: MetricOptions = {}): Metric {
    return this.#ownMetric('FailureStreak', options);
  }

  /**
   * The metric `Halted`: 1 while the service is halted, else 0, at each tick. The service writes it with
   * `metrics: 'detailed'`.
   * @default the maximum of 5 minutes
   */
  metricHalted(options: MetricOptions = {}): Metric {
    return this.#ownMetric('Halted', options);
  }

  /** Lambda's count of invocations. @default the sum of 5 minutes */
  metricInvocations(options: MetricOptions = {}): Metric {
    return this.function.metricInvocations(options);
  }

  /** Lambda's count of invocations that ended in an error. @default the sum of 5 minutes */
  metricErrors(options: MetricOptions = {}): Metric {
    return this.function.metricErrors(options);
  }

  /** Lambda's metric of the duration of an invocation. @default the average of 5 minutes */
  metricDuration(options: MetricOptions = {}): Metric {
    return this.function.metricDuration(options);
  }

  #ownMetric(metricName: string, options: MetricOptions): Metric {
    const dimensionsMap = { service: this.service.name };
    return new Metric({ namespace: this.namespace, metricName, dimensionsMap, statistic: 'Maximum', ...options });
  }

  #refuseFaults(props: ScheduledServiceProps): void {
    const { entry, functionProps = {} } = props;
    const memorySize = functionProps.memorySize ?? props.memorySize ?? LIMITS.memorySize.default;
    const environment = { ...props.environment, ...functionProps.environment };
    const emitsMetrics = props.metrics === 'detailed' || this.service.name === WATCHDOG;
    const deployment = { service: this.service, entry, memorySize, environment, emitsMetrics };
    const names = [...this.#neighbours(props), this].map(({ service }) => service.name);
    const faults = [
      ...variableFaults(Object.keys(environment)),
      ...serviceFaults(deployment, { fileExists: existsSync }),
      ...functionPropsFaults(functionProps),
      ...queueFaults(props),
      ...nameTwiceFaults(names),
    ];
    if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(this.service.name)}`, faults);
  }

  /**
   * Returns the other services of the stack, and the services of other stacks of the app that share the state table
   * with this one.
   */
  #neighbours({ table }: ScheduledServiceProps): ScheduledService[] {
    return this.node.root.node
      .findAll()
      .filter((node) => node instanceof ScheduledService)
      .filter((other) => other !== this)
      .filter(
        (other) => Stack.of(other) === Stack.of(this) || (table !== undefined && isSameTable(other.table, table)),
      );
  }

  #makeFunction(props: ScheduledServiceProps): ServiceFunction {
    const { interval, environment, memorySize, logRetention, logLevel, functionProps, entry } = props;
    const { metrics, encryptionKey } = props;
    return new ServiceFunction(this, 'Function', {
      service: this.service,
      entry,
      table: this.table,
      ...withoutUndefined({ memorySize, logRetention, logLevel, functionProps, encryptionKey }),
      environment: withoutUndefined({
        ...environment,
        ...functionProps?.environment,
        TICKOVER_METRICS_NAMESPACE: this.namespace,
        TICKOVER_METRICS: metrics,
        TICKOVER_INTERVAL: interval === undefined ? undefined : `${this.service.schedule.interval}ms`,
      }),
    });
  }

  #makeSchedule(given: ScheduledServiceProps): Schedule {
    const group = given.group ?? new ServiceScheduleGroup(this, 'Group').group;
    const role =
      given.schedulerRole === undefined
        ? new SchedulerRole(this, 'Scheduler', { group }).role
        : roleHere(this, 'SchedulerRole', given.schedulerRole);
    const { service, undeliverableQueue } = this;
    const props = { service, function: this.function, group, role, undeliverableQueue };
    return new ServiceSchedule(this, 'Schedule', props).schedule;
  }

  #makeAlarms({ alarms: level, alarmActions, okActions }: ScheduledServiceProps): ServiceAlarms {
    const { service, namespace } = this;
    const options = withoutUndefined({ level, alarmActions, okActions });
    return new ServiceAlarms(this, 'Alarms', { service, namespace, function: this.function, ...options });
  }

  #addOverrunInfo(): void {
    const { name, timeout, schedule } = this.service;
    const gap = longestGap(schedule);
    if (timeout <= gap) return;
    Annotations.of(this).addInfo(
      `${name}: its timeout (${inSeconds(timeout)} s) is above its interval (${inSeconds(gap)} s); ` +
        'ticks that a long run covers are skipped as overlap.',
    );
  }
}

/** The services that some watchdog watches, and the watchdogs themselves. */
const watchedServices = new WeakSet<ScheduledService>();

/** Remembers that a watchdog watches these services, so that synth doesn't warn about them. */
export function markWatched(services: readonly ScheduledService[]): void {
  for (const service of services) watchedServices.add(service);
}

/**
 * Warns about a service that no watchdog watches. It does so at synth, since a watchdog may be made after the services
 * that it watches.
 */
class UnwatchedWarning implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof ScheduledService) || watchedServices.has(node)) return;
    const { name } = node.service;
    Annotations.of(node).addWarningV2(
      `tickover:unwatched:${name}`,
      `${name}: no watchdog watches it, so nobody is notified when it is in trouble, and its alarm never fires. ` +
        'Make a `Watchdog` over the same table and namespace with this service among its `services`; ' +
        'if another app has one, set `watched: true`.',
    );
  }
}

/**
 * Refuses props with unknown names, and values of another shape. This comes first, since the other checks can't judge
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

/** Returns a fault if the queue for undeliverable firings is a FIFO queue, to which Scheduler doesn't send. */
function queueFaults({ undeliverableQueue }: ScheduledServiceProps): string[] {
  return optionFault(undeliverableQueue?.fifo !== true, 'undeliverableQueue', 'a standard queue', 'a FIFO queue');
}

/** Whether both are the same construct, or two imports of one table. */
export function isSameTable(one: ITable, other: ITable): boolean {
  const isSame = (text: string, second: string) => !Token.isUnresolved(text) && text === second;
  return one === other || isSame(one.tableArn, other.tableArn) || isSame(one.tableName, other.tableName);
}
