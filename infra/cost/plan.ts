/** The catalog as it is deployed, reduced to the quantities that have a price. */
import type { TickPace } from './ticks.ts';

/** A service as it is deployed. */
export interface ServicePlan {
  readonly name: string;
  readonly pace: TickPace;
  /** How many failures in a row make a trip; absent for a service that never trips. */
  readonly consecutive?: number;
  /** The memory of the function, in MB. */
  readonly memoryMb: number;
  /** How many metrics the service sends at each tick. */
  readonly metrics: number;
  /** How many alarms on one metric the service has. */
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly logRetentionDays: number;
  /** Whether Lambda's own lines are kept of an invocation that succeeded too. */
  readonly keepsLambdaLines: boolean;
  /** How many resources of the template are the service's alone. */
  readonly resources: number;
}

/** The parts that a stack has once, whatever services it has. */
export interface SharedPlan {
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
  /** How many resources of the template belong to no service, those of the watchdog and of groups included. */
  readonly resources: number;
  /** Whether each message goes to an EventBridge bus too. */
  readonly hasBus: boolean;
}

/** The parts of a stack that are billed. */
export interface Plan {
  /** The services, without the watchdog. */
  readonly services: readonly ServicePlan[];
  /** The service that watches the others; absent where none does. */
  readonly watchdog?: ServicePlan;
  readonly shared: SharedPlan;
}

/** The resources that services in a group share: function, role, log group, invoke configuration. */
const GROUP_RESOURCES = 4;
/** What a service in a group has besides its alarms: its schedule. */
const OWN_RESOURCES = 1;

/**
 * As many services like the given one, all in one function. What they share is billed by use alone: the price of a
 * service stays, and the stack has fewer resources.
 */
export function asGroup(like: ServicePlan, size: number): { services: ServicePlan[]; resources: number } {
  const { alarms, compositeAlarms } = like;
  const resources = OWN_RESOURCES + alarms + compositeAlarms;
  return { services: manyLike({ ...like, resources }, size), resources: size * resources + GROUP_RESOURCES };
}

/** As many services like the given one, each in a function of its own. */
export function manyLike(like: ServicePlan, count: number): ServicePlan[] {
  return Array.from({ length: count }, (_, index) => ({ ...like, name: `${like.name}-${index + 1}` }));
}

/** The service without its alarms. */
export function withoutAlarms({ resources, ...service }: ServicePlan): ServicePlan {
  const fewer = resources - service.alarms - service.compositeAlarms;
  return { ...service, alarms: 0, compositeAlarms: 0, resources: fewer };
}
