/** Plans: the billed quantities of a deployed stack, such as the numbers of its ticks and alarms. */
import type { TickPace } from './ticks.ts';

/** The billed quantities of one deployed service. */
export interface ServicePlan {
  readonly name: string;
  readonly pace: TickPace;
  /** How many failures in a row make a trip; absent for a service that never trips. */
  readonly consecutive?: number;
  readonly memoryMb: number;
  /** How many CloudWatch metrics the service sends at each tick. */
  readonly metrics: number;
  /** How many metrics the service's alarms evaluate. CloudWatch bills each metric as one alarm. */
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly logRetentionDays: number;
  /** Whether the log keeps the lines that Lambda itself writes about successful invocations. */
  readonly keepsLambdaLines: boolean;
  /** How many CloudFormation resources belong to this service alone. */
  readonly resources: number;
}

/** The billed quantities of the parts of a stack that all its services share, such as the dashboard. */
export interface SharedPlan {
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
  /**
   * How many CloudFormation resources belong to no single service, such as those of the watchdog or of a shared
   * function.
   */
  readonly resources: number;
  /** Whether the watchdog also sends each message to an EventBridge bus. */
  readonly hasBus: boolean;
}

/** The billed quantities of a whole stack. */
export interface Plan {
  /** The services of the stack other than the watchdog. */
  readonly services: readonly ServicePlan[];
  /** The watchdog; absent if the stack has none. */
  readonly watchdog?: ServicePlan;
  readonly shared: SharedPlan;
}

/**
 * How many CloudFormation resources the services of one function share: function, role, log group and invoke
 * configuration.
 */
const GROUP_RESOURCES = 4;
/** How many CloudFormation resources a service in a shared function has besides its alarms: its schedule. */
const OWN_RESOURCES = 1;

/**
 * Returns `size` copies of the service in one shared function, and how many CloudFormation resources they have. A copy
 * costs as much as a service with a function of its own, since AWS bills functions by use.
 */
export function asGroup(like: ServicePlan, size: number): { services: ServicePlan[]; resources: number } {
  const { alarms, compositeAlarms } = like;
  const resources = OWN_RESOURCES + alarms + compositeAlarms;
  return { services: manyLike({ ...like, resources }, size), resources: size * resources + GROUP_RESOURCES };
}

/** Returns `count` copies of the service, whose names end in numbers from 1 on. */
export function manyLike(like: ServicePlan, count: number): ServicePlan[] {
  return Array.from({ length: count }, (_, index) => ({ ...like, name: `${like.name}-${index + 1}` }));
}

/** Returns the service without its alarms and their CloudFormation resources. */
export function withoutAlarms({ resources, ...service }: ServicePlan): ServicePlan {
  const fewer = resources - service.alarms - service.compositeAlarms;
  return { ...service, alarms: 0, compositeAlarms: 0, resources: fewer };
}
