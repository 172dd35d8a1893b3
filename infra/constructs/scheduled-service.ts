/** A service on AWS: schedule, function, log and rights. It can be used in any stack. */

import { existsSync } from 'node:fs';
import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { type Alarm, type CompositeAlarm, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IScheduleGroup, Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { InvalidOptionsError, LIMITS, optionFault } from '../../lib/rules/index.ts';
import { type Service, variableFaults, withInterval } from '../../lib/service/index.ts';
import { isRecord, readProperty, showValue, withoutUndefined } from '../../lib/text/index.ts';
import { type Duration, inSeconds } from '../../lib/time/index.ts';
import { silenceOf } from '../alarms/index.ts';
import { FUNCTION_PROPS, propsFaults, type Shapes } from '../known-props.ts';
import { longestGap } from '../longest-gap.ts';
import { nameTwiceFaults, serviceFaults } from '../service-faults.ts';
import type { AlarmLevel } from '../settings.ts';
import { roleHere } from './allow.ts';
import { functionPropsFaults } from './function-props.ts';
import { HoldingQueue } from './holding-queue.ts';
import { grantInvoke, grantOperate, grantRead } from './operator-rights.ts';
import { SchedulerRole, ServiceScheduleGroup } from './schedule-group.ts';
import { ServiceAlarms } from './service-alarms.ts';
import { FUNCTION_SHAPES, ServiceFunction, type ServiceFunctionOptions } from './service-function.ts';
import { ServiceSchedule } from './service-schedule.ts';
import { StateTable } from './state-table.ts';

/** The options of a service on AWS. */
export interface ScheduledServiceOptions extends ServiceFunctionOptions {
  /** An interval that replaces the service's own. @default the service's own */
  readonly interval?: Duration;
  /** The level of the service's alarms. @default 'essential' */
  readonly alarms?: AlarmLevel;
  /** Whether duration, lateness and skips are metrics too, which are billed. @default false */
  readonly detailedMetrics?: boolean;
}

/**
 * The properties of a service on AWS. A resource that services of a stack can share is made for this service alone if
 * none is given.
 */
export interface ScheduledServiceProps extends ScheduledServiceOptions {
  /** The result of `defineService`. */
  readonly service: Service;
  /** The file that exports the handler of the service. */
  readonly entry: string;
  /** The state table. @default a table of its own */
  readonly table?: ITable;
  /** The group of the schedule. @default a group of its own */
  readonly group?: IScheduleGroup;
  /** The role that Scheduler assumes. @default a role of its own, for schedules of the group */
  readonly schedulerRole?: IRole;
  /** The queue for firings that Scheduler could not deliver. @default a queue of its own */
  readonly undeliverableQueue?: IQueue;
  /** The queue for events that expired in Lambda, or whose invocation threw or crashed. @default a queue of its own */
  readonly failedQueue?: IQueue;
  /** The topic to which the pager publishes. @default none: the alarms notify nobody */
  readonly pagerTopic?: ITopic;
  /**
   * Whether a watch-services with the same state table lists this service in TICKOVER_WATCHED. Only the watchdog
   * notices a missing tick if ticks are an hour or more apart.
   * @default false
   */
  readonly watched?: boolean;
  /** The CloudWatch namespace of the service's metrics. @default 'Tickover' */
  readonly namespace?: string;
}

const PROPS = {
  ...{ service: 'object', entry: 'text', table: 'object', group: 'object', schedulerRole: 'object' },
  ...{ undeliverableQueue: 'object', failedQueue: 'object', pagerTopic: 'object', watched: 'flag', namespace: 'text' },
  ...{ interval: 'any', alarms: 'text', detailedMetrics: 'flag' },
  ...FUNCTION_SHAPES,
} as const satisfies Shapes<ScheduledServiceProps>;

/**
 * A deployed service.
 * @throws InvalidOptionsError which names every option that prevents the deploy
 */
export class ScheduledService extends Construct {
  /** The service, with its configured interval. */
  readonly service: Service;
  readonly function: LambdaFunction;
  readonly schedule: Schedule;
  readonly logGroup: ILogGroup;
  readonly undeliverableQueue: IQueue;
  readonly failedQueue: IQueue;
  readonly table: ITable;
  /** The customer's key that encrypts its log; `undefined` where that is AWS's own, or the log group was given. */
  readonly logKey: IKey | undefined;
  readonly namespace: string;
  /** The alarms by trouble: `failing`, `halted`, `silent` and so on; empty at level 'none'. */
  readonly alarms: Readonly<Record<string, Alarm>>;
  /** Fires if one of the alarms does; `undefined` at level 'none'. */
  readonly pager: CompositeAlarm | undefined;

  constructor(scope: Construct, id: string, props: ScheduledServiceProps) {
    super(scope, id);
    refuseMisshapen(props);
    this.service = props.interval === undefined ? props.service : withInterval(props.service, props.interval);
    this.namespace = props.namespace ?? 'Tickover';
    this.#refuseFaults(props);
    const encryption = withoutUndefined({ encryptionKey: props.encryptionKey });
    this.table = props.table ?? new StateTable(this, 'State', encryption).table;
    this.undeliverableQueue = props.undeliverableQueue ?? new HoldingQueue(this, 'Undeliverable', encryption).queue;
    this.failedQueue = props.failedQueue ?? new HoldingQueue(this, 'Failed', encryption).queue;
    this.logKey = props.functionProps?.logGroup === undefined ? props.encryptionKey : undefined;
    const made = this.#makeFunction(props);
    this.function = made.function;
    this.logGroup = made.logGroup;
    this.schedule = this.#makeSchedule(props);
    const { alarms, pager } = this.#makeAlarms(props);
    this.alarms = alarms;
    this.pager = pager;
    this.#addOverrunInfo();
    this.#warnIfUnwatched(props);
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
   * Lets the grantee look at the service and change nothing: its state, log, configuration and schedule, both queues,
   * and alarms, metrics, dashboards and saved queries of the account.
   */
  grantRead(grantee: IGrantable): Grant {
    return grantRead(this, grantee);
  }

  /** Failures since the last success, at each run. @default the maximum of 5 minutes */
  metricFailureStreak(options: MetricOptions = {}): Metric {
    return this.#ownMetric('FailureStreak', options);
  }

  /** 1 while the service is halted, else 0, at each tick. @default the maximum of 5 minutes */
  metricHalted(options: MetricOptions = {}): Metric {
    return this.#ownMetric('Halted', options);
  }

  /** Lambda's count of invocations that ended in an error. @default the sum of 5 minutes */
  metricErrors(options: MetricOptions = {}): Metric {
    return this.function.metricErrors(options);
  }

  /** Lambda's duration of an invocation. @default the average of 5 minutes */
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
    const deployment = { service: this.service, entry, memorySize, environment };
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

  /** The other services of the stack, and the services of other stacks of the app that share the state table. */
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
    const { detailedMetrics = false, encryptionKey } = props;
    return new ServiceFunction(this, 'Function', {
      service: this.service,
      entry,
      table: this.table,
      failedQueue: this.failedQueue,
      ...withoutUndefined({ memorySize, logRetention, logLevel, functionProps, encryptionKey }),
      environment: withoutUndefined({
        ...environment,
        ...functionProps?.environment,
        TICKOVER_METRICS_NAMESPACE: this.namespace,
        TICKOVER_DETAILED_METRICS: detailedMetrics ? 'true' : undefined,
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

  #makeAlarms({ alarms: level, pagerTopic }: ScheduledServiceProps): ServiceAlarms {
    const { service, namespace } = this;
    const options = withoutUndefined({ level, pagerTopic });
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

  #warnIfUnwatched({ watched = false, alarms }: ScheduledServiceProps): void {
    if (watched || alarms === 'none' || silenceOf(this.service) !== undefined) return;
    Annotations.of(this).addWarningV2(
      `tickover:unwatched:${this.service.name}`,
      `${this.service.name}: its ticks may be an hour or more apart and no watch-services watches it; no alarm rings when it falls silent. ` +
        'Deploy it in a TickoverStack that has watch-services too, or deploy watch-services over the same table and namespace ' +
        'with `watchdogVariables([...])` as its environment and `grantStateBatchRead`, and set `watched: true`.',
    );
  }
}

/** Refuses unknown names and values of another shape: with these the rest can't be judged. */
function refuseMisshapen(props: unknown): void {
  const functionProps = readProperty(props, 'functionProps');
  const faults = [
    ...propsFaults(props, PROPS),
    ...(isRecord(functionProps) ? propsFaults(functionProps, FUNCTION_PROPS, 'functionProps.') : []),
  ];
  const name = readProperty(readProperty(props, 'service'), 'name');
  if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(name)}`, faults);
}

/** Neither Scheduler nor Lambda sends to a FIFO queue. */
function queueFaults(props: ScheduledServiceProps): string[] {
  return (['undeliverableQueue', 'failedQueue'] as const).flatMap((option) =>
    optionFault(props[option]?.fifo !== true, option, 'a standard queue', 'a FIFO queue'),
  );
}

/** The same construct, or two imports of one table. */
function isSameTable(one: ITable, other: ITable): boolean {
  const isSame = (text: string, second: string) => !Token.isUnresolved(text) && text === second;
  return one === other || isSame(one.tableArn, other.tableArn) || isSame(one.tableName, other.tableName);
}
