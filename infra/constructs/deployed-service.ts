/** A service that runs on AWS, in a function of its own or of a group: its parts, rights and metrics. */
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
import type { Service } from '../../lib/service/index.ts';
import { withoutUndefined } from '../../lib/text/index.ts';
import { inSeconds } from '../../lib/time/index.ts';
import { longestGap } from '../longest-gap.ts';
import type { AlarmLevel } from '../settings.ts';
import { HoldingQueue } from './holding-queue.ts';
import { roleHere } from './rights/allow.ts';
import { grantInvoke, grantOperate, grantRead } from './rights/operator-rights.ts';
import { SchedulerRole, ServiceScheduleGroup } from './schedule-group.ts';
import { StateTable } from './state-table.ts';

/** A deployed service. */
export abstract class DeployedService extends Construct {
  /** The service, with its configured interval. */
  abstract readonly service: Service;
  /** The file that exports the service's handler. */
  abstract readonly entry: string;
  /** The function that runs it. */
  abstract readonly function: LambdaFunction;
  abstract readonly schedule: Schedule;
  abstract readonly logGroup: ILogGroup;
  abstract readonly undeliverableQueue: IQueue;
  abstract readonly table: ITable;
  /** The customer's key that encrypts its log; `undefined` where that is AWS's own, or the log group was given. */
  abstract readonly logKey: IKey | undefined;
  abstract readonly namespace: string;
  /** The alarms by trouble: `unhealthy` and, at level 'full', others; empty at level 'none'. */
  abstract readonly alarms: Readonly<Record<string, Alarm>>;
  /** The name of the group whose function it shares; `undefined` if it has one of its own. */
  readonly groupName?: string;

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

  /** 1 at each look of the watchdog that finds the service in trouble. @default the maximum of 5 minutes */
  metricUnhealthy(options: MetricOptions = {}): Metric {
    return this.#ownMetric('Unhealthy', options);
  }

  /** Failures since the last success, at each run, with `metrics: 'detailed'`. @default the maximum of 5 minutes */
  metricFailureStreak(options: MetricOptions = {}): Metric {
    return this.#ownMetric('FailureStreak', options);
  }

  /** 1 while it is halted, else 0, at each tick, with `metrics: 'detailed'`. @default the maximum of 5 minutes */
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

  /** Lambda's duration of an invocation. @default the average of 5 minutes */
  metricDuration(options: MetricOptions = {}): Metric {
    return this.function.metricDuration(options);
  }

  #ownMetric(metricName: string, options: MetricOptions): Metric {
    const dimensionsMap = { service: this.service.name };
    return new Metric({ namespace: this.namespace, metricName, dimensionsMap, statistic: 'Maximum', ...options });
  }
}

/** The resources that services of a stack can share. */
export interface SharedParts {
  readonly table: ITable;
  readonly undeliverableQueue: IQueue;
  /** The group of the schedules. */
  readonly group: IScheduleGroup;
  /** The role that Scheduler assumes. */
  readonly role: IRole;
}

/** Those that are given, as props name them. */
export interface GivenParts extends Partial<Omit<SharedParts, 'role'>> {
  readonly schedulerRole?: IRole;
  readonly encryptionKey?: IKey;
}

/** The resources that are given, and the others made for the scope alone. */
export function sharedParts(scope: Construct, given: GivenParts): SharedParts {
  const encryption = withoutUndefined({ encryptionKey: given.encryptionKey });
  const table = given.table ?? new StateTable(scope, 'State', encryption).table;
  const undeliverableQueue = given.undeliverableQueue ?? new HoldingQueue(scope, 'Undeliverable', encryption).queue;
  const group = given.group ?? new ServiceScheduleGroup(scope, 'Group').group;
  const role =
    given.schedulerRole === undefined
      ? new SchedulerRole(scope, 'Scheduler', { group }).role
      : roleHere(scope, 'SchedulerRole', given.schedulerRole);
  return { table, undeliverableQueue, group, role };
}

/** What a remark on a service depends on. */
export interface RemarkOptions {
  readonly alarms?: AlarmLevel;
  readonly watched?: boolean;
}

/** Adds what synth prints about a service that is made. */
export function addRemarks(made: DeployedService, { alarms, watched }: RemarkOptions): void {
  addOverrunInfo(made);
  if (watched === true) markWatched([made]);
  if (alarms !== 'none') Aspects.of(made).add(new UnwatchedWarning(), { priority: AspectPriority.READONLY });
}

function addOverrunInfo(made: DeployedService): void {
  const { name, timeout, schedule } = made.service;
  const gap = longestGap(schedule);
  if (timeout <= gap) return;
  Annotations.of(made).addInfo(
    `${name}: its timeout (${inSeconds(timeout)} s) is above its interval (${inSeconds(gap)} s); ` +
      'ticks that a long run covers are skipped as overlap.',
  );
}

/**
 * The other services of the construct's stack, and the services of other stacks of the app that share the state table.
 */
export function neighboursOf(made: Construct, table: ITable | undefined): DeployedService[] {
  return made.node.root.node
    .findAll()
    .filter((node) => node instanceof DeployedService)
    .filter((other) => other !== made)
    .filter((other) => Stack.of(other) === Stack.of(made) || (table !== undefined && isSameTable(other.table, table)));
}

/** The services that a watchdog watches, and watchdogs themselves. */
const watchedServices = new WeakSet<DeployedService>();

/** Remembers that a watchdog watches the services. */
export function markWatched(services: readonly DeployedService[]): void {
  for (const service of services) watchedServices.add(service);
}

/** Warns at synth, since a watchdog may be made after the services that it watches. */
class UnwatchedWarning implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof DeployedService) || watchedServices.has(node)) return;
    const { name } = node.service;
    Annotations.of(node).addWarningV2(
      `tickover:unwatched:${name}`,
      `${name}: no watchdog watches it, so nobody is notified when it is in trouble, and its alarm never fires. ` +
        'Make a `Watchdog` over the same table and namespace with this service among its `services`; ' +
        'if another app has one, set `watched: true`.',
    );
  }
}

/** The same construct, or two imports of one table. */
export function isSameTable(one: ITable, other: ITable): boolean {
  const isSame = (text: string, second: string) => !Token.isUnresolved(text) && text === second;
  return one === other || isSame(one.tableArn, other.tableArn) || isSame(one.tableName, other.tableName);
}
