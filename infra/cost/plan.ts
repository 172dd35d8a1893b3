/** A plan: what a deployed stack uses of AWS, reduced to the quantities that have a price. */
import type { TickPace } from './ticks.ts';

/** The quantities of one deployed service that have a price. */
export interface ServicePlan {
  readonly name: string;
  readonly pace: TickPace;
  /** How many failures in a row make a trip; absent for a service that never trips. */
  readonly consecutive?: number;
  /** The memory of the service's function, in MB. */
  readonly memoryMb: number;
  /** How many CloudWatch metrics the service sends at each tick. */
  readonly metrics: number;
  /**
   * The number of the service's metric alarms. An alarm on several metrics is billed, and counted here, once for each
   * metric.
   */
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly logRetentionDays: number;
  /** Whether the log also keeps the lines that Lambda itself writes about an invocation that succeeded. */
  readonly keepsLambdaLines: boolean;
  /** How many resources in the CloudFormation template belong to this service alone. */
  readonly resources: number;
}

/** The parts that a stack has once, whatever services it has. */
export interface SharedPlan {
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
  /**
   * How many resources in the CloudFormation template belong to no single service. Those of the watchdog count, and
   * those that the services of one function share.
   */
  readonly resources: number;
  /** Whether each message of the watchdog also goes to an EventBridge bus. */
  readonly hasBus: boolean;
}

/** The quantities of a whole stack that have a price. */
export interface Plan {
  /** The services of the stack, without the watchdog. */
  readonly services: readonly ServicePlan[];
  /** The watchdog of the stack; absent if the stack has none. */
  readonly watchdog?: ServicePlan;
  readonly shared: SharedPlan;
}

/**
 * How many resources the services of a group (several services in one function) share: function, role, log group and
 * invoke configuration.
 */
const GROUP_RESOURCES = 4;
/** How many resources a service in a group has besides its alarms: one, its schedule. */
const OWN_RESOURCES = 1;

/**
 * Returns `size` copies of the service, all in one function, and the number of their resources. AWS bills the shared
 * function, role and log group by use alone. So a service costs the same as before, and the stack has fewer resources.
 */
export function asGroup(like: ServicePlan, size: number): { services: ServicePlan[]; resources: number } {
  const { alarms, compositeAlarms } = like;
  const resources = OWN_RESOURCES + alarms + compositeAlarms;
  return { services: manyLike({ ...like, resources }, size), resources: size * resources + GROUP_RESOURCES };
}

/** Returns `count` copies of the service, with numbers from 1 on at the end of their names. */
export function manyLike(like: ServicePlan, count: number): ServicePlan[] {
  return Array.from({ length: count }, (_, index) => ({ ...like, name: `${like.name}-${index + 1}` }));
}

/** Returns the service without its alarms, and without their resources. */
export function withoutAlarms({ resources, ...service }: ServicePlan): ServicePlan {
  const fewer = resources - service.alarms - service.compositeAlarms;
  return { ...service, alarms: 0, compositeAlarms: 0, resources: fewer };
}
