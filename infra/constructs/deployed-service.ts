import { Annotations, AspectPriority, Aspects, type IAspect, Stack, Token } from 'aws-cdk-lib';
import { type Alarm, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable, IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
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

/**
 * The brands of a deployed service, and of one that a watchdog watches. An app can contain two copies of Tickover, for
 * example in a monorepo. Each copy has classes of its own, but these symbols are the same in all of them.
 */
const DEPLOYED_BRAND = Symbol.for('tickover.deployed-service');
const WATCHED_BRAND = Symbol.for('tickover.watched-service');

/** A service on AWS. It has a Lambda function of its own, or shares a function with a group of services. */
export abstract class DeployedService extends Construct implements IGrantable {
  /** Whether the construct is a deployed service, of this copy of Tickover or of another one in the app. */
  static isDeployedService(construct: IConstruct): construct is DeployedService {
    return DEPLOYED_BRAND in construct;
  }

  /** @internal */
  get [DEPLOYED_BRAND](): true {
    return true;
  }

  /** The service, with the interval at which it is deployed. */
  abstract readonly service: Service;
  /** The file that exports the service's handler, or the service whose handler is generated. */
  abstract readonly entry: string;
  abstract readonly function: LambdaFunction;
  abstract readonly schedule: Schedule;
  abstract readonly logGroup: ILogGroup;
  abstract readonly undeliverableQueue: IQueue;
  abstract readonly table: ITable;
  /**
   * The customer's KMS key that encrypts the log group; `undefined` if an AWS key is used, or if the user gave the log
   * group.
   */
  abstract readonly logKey: IKey | undefined;
  abstract readonly namespace: string;
  /**
   * The alarms by id: `unhealthy`, or `watchdog` for the watchdog. At level 'full' a service with a function of its own
   * also has `throttles` and `near-timeout`. Empty at level 'none'.
   */
  abstract readonly alarms: Readonly<Record<string, Alarm>>;
  /** The name of the group, if the service shares its function with a group of services; else `undefined`. */
  readonly groupName?: string;

  /** The principal of its function: `bucket.grantRead(service)` lets the service read. A group has one for all. */
  get grantPrincipal(): IPrincipal {
    return this.function.grantPrincipal;
  }

  /**
   * Allows the grantee to invoke the function: to run the service once, pause it, resume it, and ask for its status.
   */
  grantInvoke(grantee: IGrantable): Grant {
    return grantInvoke(this, grantee);
  }

  /** Allows what {@link grantInvoke} and {@link grantRead} allow. */
  grantOperate(grantee: IGrantable): Grant {
    return grantOperate(this, grantee);
  }

  /**
   * Allows the grantee to read everything about the service and to change nothing: state, log, configuration, schedule
   * and queue, and the alarms, metrics, dashboards and saved queries of the account.
   */
  grantRead(grantee: IGrantable): Grant {
    return grantRead(this, grantee);
  }

  /**
   * The metric `Unhealthy`: 1 at each check by the watchdog that finds the service in trouble.
   * @default the maximum in 5 minutes
   */
  metricUnhealthy(options: MetricOptions = {}): Metric {
    return this.#ownMetric('Unhealthy', options);
  }

  /**
   * The metric `FailureStreak`: the failures since the last success, at each run. It needs `metrics: 'detailed'`.
   * @default the maximum in 5 minutes
   */
  metricFailureStreak(options: MetricOptions = {}): Metric {
    return this.#ownMetric('FailureStreak', options);
  }

  /**
   * The metric `Halted`, at each tick: 1 while the service is halted, else 0. It needs `metrics: 'detailed'`.
   * @default the maximum in 5 minutes
   */
  metricHalted(options: MetricOptions = {}): Metric {
    return this.#ownMetric('Halted', options);
  }

  /** Lambda's count of invocations of the function. @default the sum in 5 minutes */
  metricInvocations(options: MetricOptions = {}): Metric {
    return this.function.metricInvocations(options);
  }

  /** Lambda's count of invocations of the function that ended in an error. @default the sum in 5 minutes */
  metricErrors(options: MetricOptions = {}): Metric {
    return this.function.metricErrors(options);
  }

  /** Lambda's measure of how long invocations of the function last. @default the average in 5 minutes */
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
  readonly group: IScheduleGroup;
  /** The role that EventBridge Scheduler assumes to invoke the functions. */
  readonly role: IRole;
}

/** The props by which a user gives resources that several services share. */
export interface GivenParts extends Partial<Omit<SharedParts, 'role'>> {
  readonly schedulerRole?: IRole;
  readonly encryptionKey?: IKey;
}

/** Returns the given resources, and makes those that are not given inside `scope`. */
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

export interface RemarkOptions {
  readonly alarms?: AlarmLevel;
  readonly watched?: boolean;
}

/** Adds the notes and warnings about the service that CDK prints at synth. */
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
 * Returns the other services in the stack of `made`, and those in other stacks of the app that use the same state
 * table.
 */
export function neighboursOf(made: Construct, table: ITable | undefined): DeployedService[] {
  return made.node.root.node
    .findAll()
    .filter(DeployedService.isDeployedService)
    .filter((other) => other !== made)
    .filter((other) => Stack.of(other) === Stack.of(made) || (table !== undefined && isSameTable(other.table, table)));
}

/** Remembers that a watchdog watches the services. It marks itself too. */
export function markWatched(services: readonly DeployedService[]): void {
  for (const service of services) Object.defineProperty(service, WATCHED_BRAND, { value: true });
}

/**
 * Warns about a service that no watchdog watches. The check runs at synth, since the watchdog may be made after the
 * service.
 */
class UnwatchedWarning implements IAspect {
  visit(node: IConstruct): void {
    if (!DeployedService.isDeployedService(node) || WATCHED_BRAND in node) return;
    const { name } = node.service;
    Annotations.of(node).addWarningV2(
      `tickover:unwatched:${name}`,
      `${name}: no watchdog watches it, so nobody is notified when it is in trouble, and its alarm never fires. ` +
        'Make a `Watchdog` over the same table and namespace with this service among its `services`; ' +
        'if another app has one, set `watched: true`.',
    );
  }
}

/** Whether both tables are one construct, or have the same ARN or name. */
export function isSameTable(one: ITable, other: ITable): boolean {
  const isSame = (text: string, second: string) => !Token.isUnresolved(text) && text === second;
  return one === other || isSame(one.tableArn, other.tableArn) || isSame(one.tableName, other.tableName);
}
