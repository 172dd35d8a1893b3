/** What is to be paid for: the catalog as it is deployed, reduced to what prices ask about. */
import type { Pace } from './ticks.ts';

/** A service as it is deployed. */
export interface ServicePlan {
  readonly name: string;
  readonly pace: Pace;
  /** Trips come after so many failures in a row; absent for a service that never trips. */
  readonly consecutive?: number;
  /** The function's memory, in MB. */
  readonly memoryMb: number;
  /** How many metrics of our own it fills. */
  readonly metrics: number;
  /** Alarms on one metric each. */
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly logRetentionDays: number;
}

/** What there is once, whatever the services. */
export interface SharedPlan {
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
}

/** A stack. */
export interface Plan {
  readonly services: readonly ServicePlan[];
  readonly shared: SharedPlan;
}
