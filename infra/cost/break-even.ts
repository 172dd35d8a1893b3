/**
 * Compares the deployed services with one always-on Fargate task (0.25 vCPU, 0.5 GB, arm64) that runs the same services
 * as loops. The task is billed for processor, memory and a public address.
 */
import { type EstimateOptions, estimate } from './estimate.ts';
import type { Plan, ServicePlan } from './plan.ts';
import { dollarsFor, type Region } from './prices.ts';
import { MONTH_HOURS, paceOf } from './ticks.ts';

const TASK = { cpus: 0.25, gigabytes: 0.5 } as const;
const EVERY_MINUTE = paceOf({ interval: 60_000 });
const EVERY_TEN_SECONDS = paceOf({ interval: 10_000 });

/** The result of the comparison with the Fargate task, in dollars a month without free tiers. */
export interface BreakEven {
  /** The price of the task's processor and memory. */
  readonly task: number;
  /** The price of the task's public IPv4 address. */
  readonly address: number;
  /** What Scheduler, Lambda and DynamoDB cost for all deployed services. */
  readonly engine: number;
  /** What everything that is deployed costs: also alarms, metrics and logs. */
  readonly total: number;
  /**
   * How many services like the first of the catalog, each running every minute, cost no more than the task and its
   * address. Only Scheduler, Lambda and DynamoDB are counted. `Infinity` if the catalog is empty.
   */
  readonly servicesByEngine: number;
  /**
   * How many services like the first of the catalog, each running every minute, cost no more than the task and its
   * address. Alarms, metrics and logs are counted too. `Infinity` if the catalog is empty.
   */
  readonly servicesInAll: number;
  /** What Scheduler, Lambda and DynamoDB cost for one service like the first of the catalog that runs every 10 s. */
  readonly engineEveryTenSeconds: number;
  /**
   * How many seconds every workload must last until the task and its address cost less than Scheduler, Lambda and
   * DynamoDB. `undefined` if the task and its address cost less at any duration, `Infinity` if at none.
   */
  readonly workSeconds: number | undefined;
}

/**
 * Returns the price of the Fargate task for a month, in dollars: `task` for its processor and memory, `address` for its
 * public IPv4 address.
 */
export function fargateTask(region?: Region): { readonly task: number; readonly address: number } {
  const { cpus, gigabytes } = TASK;
  const cpuDollars = dollarsFor('fargateCpu', cpus * MONTH_HOURS, region);
  return {
    task: cpuDollars + dollarsFor('fargateMemory', gigabytes * MONTH_HOURS, region),
    address: dollarsFor('publicAddress', MONTH_HOURS, region),
  };
}

/** Compares the cost of a deployed stack (`plan`) with the price of the Fargate task and its public address. */
export function breakEven(plan: Plan, options: EstimateOptions = {}): BreakEven {
  const { task, address } = fargateTask(options.region);
  const fargate = task + address;
  const engineAt = (workSeconds: number) =>
    estimate(plan, { ...options, assumptions: { ...options.assumptions, workSeconds } }).engine;
  const [atNone, atOne] = [engineAt(0), engineAt(1)];
  const { engine, total } = estimate(plan, options);
  return {
    task,
    address,
    engine,
    total,
    ...countsFor(plan, fargate, options),
    workSeconds: atNone >= fargate ? undefined : (fargate - atNone) / (atOne - atNone),
  };
}

function countsFor(plan: Plan, fargate: number, options: EstimateOptions) {
  const [typical] = plan.services;
  if (typical === undefined) return { servicesByEngine: Infinity, servicesInAll: Infinity, engineEveryTenSeconds: 0 };
  const costOf = (pace: ServicePlan['pace']) => {
    const { services } = estimate({ ...plan, services: [{ ...typical, pace }] }, options);
    return services[0] ?? { engine: 0, total: 0 };
  };
  const one = costOf(EVERY_MINUTE);
  const none = estimate({ ...plan, services: [] }, options).total;
  return {
    engineEveryTenSeconds: costOf(EVERY_TEN_SECONDS).engine,
    servicesByEngine: Math.floor(fargate / one.engine),
    servicesInAll: Math.max(0, Math.floor((fargate - none) / one.total)),
  };
}
