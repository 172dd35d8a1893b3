/** Plans and assumptions whose bills can be worked out by hand. */
import { type Plan, paceOf, type ServicePlan } from '../../../infra/cost/index.ts';

/** Nothing fails, nothing starts cold, nothing is unhealthy, and what is measured elsewhere is a round number. */
export const SMOOTH = {
  ...{ tickMs: 10, checkMs: 10, tickLogKb: 0.6, checkLogKb: 0.9, coldSeconds: 0.5, workSeconds: 0.1 },
  ...{ requestSeconds: 0.01, failureShare: 0, coldShare: 0, badHours: 0, changes: 0, undelivered: 0 },
} as const;

/** A service every minute on 256 MB without an alarm, but for what is told. */
export function servicePlan(overrides: Partial<ServicePlan> = {}): ServicePlan {
  return {
    name: 'sync',
    pace: paceOf({ interval: 60_000 }),
    consecutive: 3,
    memoryMb: 256,
    metrics: 0,
    alarms: 0,
    compositeAlarms: 0,
    logRetentionDays: 30,
    keepsLambdaLines: false,
    resources: 5,
    ...overrides,
  };
}

/** A watchdog that checks each minute and sends two metrics. */
export const WATCHDOG = servicePlan({ name: 'watch-services', metrics: 2 });

/** What a stack shares that has nothing besides its services. */
export const NOTHING_SHARED = { alarms: 0, compositeAlarms: 0, dashboards: 0, resources: 0, hasBus: false } as const;

/** A stack of these services that shares nothing, and that nothing watches. */
export function planWith(...services: readonly ServicePlan[]): Plan {
  return { services, shared: NOTHING_SHARED };
}
