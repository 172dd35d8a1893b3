/** Plans and assumptions whose bills can be worked out by hand. */
import { type Plan, paceOf, type ServicePlan } from '../../../infra/cost/index.ts';

/** Nothing fails and nothing starts cold. */
export const SMOOTH = { runSeconds: 0.2, failureShare: 0, coldShare: 0 } as const;

/** A service every minute on 256 MB with two metrics and no alarm, but for what is told. */
export function servicePlan(overrides: Partial<ServicePlan> = {}): ServicePlan {
  return {
    name: 'sync',
    pace: paceOf({ interval: 60_000 }),
    consecutive: 3,
    memoryMb: 256,
    metrics: 2,
    alarms: 0,
    compositeAlarms: 0,
    logRetentionDays: 30,
    ...overrides,
  };
}

/** A stack of these services that shares nothing. */
export function planWith(...services: readonly ServicePlan[]): Plan {
  return { services, shared: { alarms: 0, compositeAlarms: 0, dashboards: 0 } };
}
