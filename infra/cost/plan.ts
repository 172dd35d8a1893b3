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
  /** How many metrics of Tickover the service sends. */
  readonly metrics: number;
  /** How many alarms on one metric the service has. */
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly logRetentionDays: number;
}

/** The parts that a stack has once, whatever services it has. */
export interface SharedPlan {
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
}

/** The parts of a stack that are billed. */
export interface Plan {
  readonly services: readonly ServicePlan[];
  readonly shared: SharedPlan;
}
