/** The catalog as it is deployed, reduced to the quantities that have a price. */
import type { Pace } from './ticks.ts';

/** A service as it is deployed. */
export interface ServicePlan {
  readonly name: string;
  readonly pace: Pace;
  /** A trip comes after this many failures in a row; absent for a service that never trips. */
  readonly consecutive?: number;
  /** The function's memory, in MB. */
  readonly memoryMb: number;
  /** How many metrics of our own it sends. */
  readonly metrics: number;
  /** Alarms on one metric each. */
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly logRetentionDays: number;
}

/** The parts that a stack has once, whatever its services. */
export interface SharedPlan {
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
}

/** A stack, as far as it is paid for. */
export interface Plan {
  readonly services: readonly ServicePlan[];
  readonly shared: SharedPlan;
}
