/**
 * A comparison with one always-on Fargate task of 0.25 vCPU and 0.5 GB on arm64 that runs all services of the catalog
 * as loops. The task is billed for compute and, unless it reaches the internet in another way, for a public address. It
 * keeps no state, has no alarms and no second instance.
 */
import { type EstimateOptions, estimate } from './estimate.ts';
import type { Plan, ServicePlan } from './plan.ts';
import { dollarsFor, type Region } from './prices.ts';
import { MONTH_HOURS, paceOf } from './ticks.ts';

/** The processors and the memory, in GB, of the smallest task that Fargate offers. */
const TASK = { cpus: 0.25, gigabytes: 0.5 } as const;
const EVERY_MINUTE = paceOf({ interval: 60_000 });
const EVERY_TEN_SECONDS = paceOf({ interval: 10_000 });

/** The result of the comparison, in dollars a month, without any free tier. */
export interface BreakEven {
  /** The price of the task's processor and memory. */
  readonly task: number;
  /** The price of the task's public IPv4 address. */
  readonly address: number;
  /** What Scheduler, Lambda and DynamoDB cost for all services that are deployed. */
  readonly engine: number;
  /** What everything that is deployed costs, alarms, metrics and logs included. */
  readonly total: number;
  /**
   * The largest number of services like the catalog's first, each running every minute, whose Scheduler, Lambda and
   * DynamoDB together cost no more than the task and its address; infinite if the catalog is empty.
   */
  readonly servicesByEngine: number;
  /**
   * The largest number of services like the catalog's first, each running every minute, that cost no more than the task
   * and its address if everything counts: alarms, metrics, logs, and what the stack has once. Infinite if the catalog
   * is empty.
   */
  readonly servicesInAll: number;
  /** What Scheduler, Lambda and DynamoDB cost for a service like the catalog's first that runs every 10 s. */
  readonly engineEveryTenSeconds: number;
  /**
   * The duration of every workload, in seconds, from which the task and its address cost less than Scheduler, Lambda
   * and DynamoDB do for the services; `undefined` if they cost less at any duration, infinite if at none.
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

/** Compares the cost of a plan with the price of the Fargate task and its public address. */
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
