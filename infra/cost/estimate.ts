/** The itemised bill of a plan for a month. Pure. */
import { type Assumed, assume } from './assumptions.ts';
import type { Plan } from './plan.ts';
import { beyondFree, type Counted, dollarsFor, PRICES } from './prices.ts';
import { totalUsage, type Usage, usageOf } from './usage.ts';

/** The options of an estimate. */
export interface EstimateOptions {
  /** Values that replace the defaults of assumptions. @default none */
  readonly assumptions?: Partial<Assumed>;
  /** Whether the free tiers are subtracted, as if nothing else in the account used them. @default false */
  readonly freeTier?: boolean;
}

/** One line of a bill. */
export interface CostLine {
  /** The item of the bill, such as `Lambda`. */
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  readonly dollars: number;
}

/** The cost of one service before any free tier. */
export interface ServiceCost {
  readonly name: string;
  /** The cost of Scheduler, Lambda and DynamoDB. */
  readonly engine: number;
  /** The cost of alarms, metrics and logs. */
  readonly monitoring: number;
}

/** A month's bill in dollars. */
export interface Estimate {
  readonly lines: readonly CostLine[];
  readonly services: readonly ServiceCost[];
  /** The part of the total for Scheduler, Lambda and DynamoDB. */
  readonly engine: number;
  readonly total: number;
}

const ENGINE = new Set<string>(['Scheduler', 'Lambda', 'DynamoDB']);

/** The bill of a month of 730 hours. */
export function estimate(plan: Plan, { assumptions, freeTier = false }: EstimateOptions = {}): Estimate {
  const assumed = assume(assumptions);
  const lines = linesOf(totalUsage(plan, assumed), freeTier);
  return {
    lines,
    services: plan.services.map((service) => ({
      name: service.name,
      ...split(linesOf(usageOf(service, assumed), false)),
    })),
    engine: split(lines).engine,
    total: added(lines),
  };
}

function linesOf(usage: Usage, freeTier: boolean): CostLine[] {
  return (Object.keys(PRICES) as Counted[]).flatMap((counted) => {
    const quantity = usage[counted] ?? 0;
    if (quantity === 0) return [];
    const { item, unit } = PRICES[counted];
    return [
      { item, quantity, unit, dollars: dollarsFor(counted, freeTier ? beyondFree(counted, quantity) : quantity) },
    ];
  });
}

function split(lines: readonly CostLine[]): { engine: number; monitoring: number } {
  const engine = added(lines.filter(({ item }) => ENGINE.has(item)));
  return { engine, monitoring: added(lines) - engine };
}

function added(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}
