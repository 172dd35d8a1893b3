/**
 * The honest comparison: one always-on Fargate task of 0.25 vCPU and 0.5 GB on arm64 that runs all services of the
 * catalog as loops. It pays for compute and, unless it reaches the internet otherwise, for a public address. It keeps
 * no state, has no alarms and has no second instance.
 */
import { type EstimateOptions, estimate } from './estimate.ts';
import type { Plan, ServicePlan } from './plan.ts';
import { dollarsFor } from './prices.ts';
import { MONTH_HOURS, paceOf } from './ticks.ts';

/** The smallest task that Fargate has. */
const TASK = { cpus: 0.25, gigabytes: 0.5 } as const;
const EVERY_MINUTE = paceOf({ interval: 60_000 });
const EVERY_TEN_SECONDS = paceOf({ interval: 10_000 });

/** The result of the comparison. Dollars a month; no free tier on either side. */
export interface BreakEven {
  /** The task's compute. */
  readonly task: number;
  /** Its public address. */
  readonly address: number;
  /** The cost of the catalog's services without alarms, metrics and logs. */
  readonly engine: number;
  /** The cost of everything that is deployed. */
  readonly total: number;
  /** How many services like the catalog's first, every minute, cost less than the task: engine alone. */
  readonly servicesByEngine: number;
  /** The same with everything that is deployed, shared parts included. */
  readonly servicesInAll: number;
  /** The engine of one such service every 10 s. */
  readonly engineEveryTenSeconds: number;
  /** Seconds a run from which the task is cheaper than the engine; `undefined` if it is at any, infinite if at none. */
  readonly runSeconds: number | undefined;
}

/** A task's price for a month. */
export function fargateTask(): { readonly task: number; readonly address: number } {
  const { cpus, gigabytes } = TASK;
  return {
    task: dollarsFor('fargateCpu', cpus * MONTH_HOURS) + dollarsFor('fargateMemory', gigabytes * MONTH_HOURS),
    address: dollarsFor('publicAddress', MONTH_HOURS),
  };
}

/** Compares a plan with the task and its address. */
export function breakEven(plan: Plan, { assumptions = {} }: EstimateOptions = {}): BreakEven {
  const { task, address } = fargateTask();
  const fargate = task + address;
  const engineAt = (runSeconds: number) => estimate(plan, { assumptions: { ...assumptions, runSeconds } }).engine;
  const [atNone, atOne] = [engineAt(0), engineAt(1)];
  const { engine, total } = estimate(plan, { assumptions });
  return {
    task,
    address,
    engine,
    total,
    ...countsFor(plan, fargate, assumptions),
    runSeconds: atNone >= fargate ? undefined : (fargate - atNone) / (atOne - atNone),
  };
}

function countsFor(plan: Plan, fargate: number, assumptions: NonNullable<EstimateOptions['assumptions']>) {
  const [typical] = plan.services;
  if (typical === undefined) return { servicesByEngine: Infinity, servicesInAll: Infinity, engineEveryTenSeconds: 0 };
  const costOf = (services: readonly ServicePlan[]) => estimate({ ...plan, services }, { assumptions });
  const one = costOf([{ ...typical, pace: EVERY_MINUTE }]);
  const none = costOf([]);
  return {
    engineEveryTenSeconds: costOf([{ ...typical, pace: EVERY_TEN_SECONDS }]).engine,
    servicesByEngine: Math.floor(fargate / one.engine),
    servicesInAll: Math.max(0, Math.floor((fargate - none.total) / (one.total - none.total))),
  };
}
