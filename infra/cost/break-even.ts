/**
 * A comparison with one always-on Fargate task of 0.25 vCPU and 0.5 GB on arm64 that runs all services of the catalog
 * as loops. The task is billed for compute and, unless it reaches the internet in another way, for a public address. It
 * keeps no state, has no alarms and no second instance.
 */
import { type EstimateOptions, estimate } from './estimate.ts';
import type { Plan, ServicePlan } from './plan.ts';
import { dollarsFor, type Region } from './prices.ts';
import { MONTH_HOURS, paceOf } from './ticks.ts';

/** The smallest task that Fargate offers. */
const TASK = { cpus: 0.25, gigabytes: 0.5 } as const;
const EVERY_MINUTE = paceOf({ interval: 60_000 });
const EVERY_TEN_SECONDS = paceOf({ interval: 10_000 });

/** The result of the comparison, in dollars a month, without any free tier. */
export interface BreakEven {
  /** The compute of the task. */
  readonly task: number;
  /** The public address of the task. */
  readonly address: number;
  /** The cost of the catalog's services without alarms, metrics and logs. */
  readonly engine: number;
  /** The cost of everything that is deployed. */
  readonly total: number;
  /**
   * How many services like the catalog's first, each running every minute, cost less than the task, without alarms,
   * metrics and logs.
   */
  readonly servicesByEngine: number;
  /** How many such services cost less than the task with everything that is deployed, shared parts included. */
  readonly servicesInAll: number;
  /** The cost of one such service that runs every 10 s, without alarms, metrics and logs. */
  readonly engineEveryTenSeconds: number;
  /**
   * How long a workload runs, in seconds, from which the task is cheaper; `undefined` if it is cheaper at any length,
   * infinite if at none. Alarms, metrics and logs are not counted.
   */
  readonly workSeconds: number | undefined;
}

/** The price of a task for a month. */
export function fargateTask(region?: Region): { readonly task: number; readonly address: number } {
  const { cpus, gigabytes } = TASK;
  const cpuDollars = dollarsFor('fargateCpu', cpus * MONTH_HOURS, region);
  return {
    task: cpuDollars + dollarsFor('fargateMemory', gigabytes * MONTH_HOURS, region),
    address: dollarsFor('publicAddress', MONTH_HOURS, region),
  };
}

/** Compares a plan with the task and its address. */
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
