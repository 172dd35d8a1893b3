/** Makes the itemised bill for a month from the billed quantities of a stack (its plan). Pure. */
import { type Assumed, assume } from './assumptions.ts';
import type { Plan } from './plan.ts';
import { beyondFree, type Counted, dollarsFor, PRICES, type Region } from './prices.ts';
import { sharedUsage, totalUsage, type Usage, usageOf, watchdogUsage } from './usage.ts';

export interface EstimateOptions {
  /** Values that replace the defaults of assumptions. @default none */
  readonly assumptions?: Partial<Assumed>;
  /** The AWS region whose prices are used. @default 'us-east-1' */
  readonly region?: Region;
}

export interface CostLine {
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  /** The list price of the whole quantity, in dollars. */
  readonly dollars: number;
  /**
   * The price, in dollars, of the part that the account's free tiers don't cover. The estimate assumes that nothing
   * else in the account uses the free tiers.
   */
  readonly beyondFree: number;
}

/** A monthly cost in dollars at list prices, split by purpose. */
export interface CostParts {
  /** The cost of Scheduler, Lambda and DynamoDB. */
  readonly engine: number;
  readonly logs: number;
  /** The cost of alarms and metrics. */
  readonly alarms: number;
  /** The cost of everything else: dashboard, queue, messages. */
  readonly other: number;
  readonly total: number;
}

/** The monthly cost of one service, in dollars at list prices. */
export interface ServiceCost extends CostParts {
  readonly name: string;
  readonly resources: number;
}

/** The bill for a month, in dollars at list prices. */
export interface Estimate {
  readonly region: Region;
  readonly lines: readonly CostLine[];
  /** The costs of the services other than the watchdog. */
  readonly services: readonly ServiceCost[];
  readonly watchdog: CostParts;
  /** The cost of the parts that all services share, such as dashboard and queue. The watchdog is not included. */
  readonly shared: CostParts;
  /** How many CloudFormation resources belong to no single service, such as those of the watchdog. */
  readonly sharedResources: number;
  /** The part of `total` that Scheduler, Lambda and DynamoDB cost. */
  readonly engine: number;
  readonly total: number;
  readonly totalBeyondFree: number;
}

const ENGINE: readonly string[] = ['Scheduler', 'Lambda', 'DynamoDB'];
const ALARMS: readonly string[] = ['Alarms', 'Metrics'];
const LOGS = 'Logs';

/** Returns the bill for a month of 730 hours. */
export function estimate(plan: Plan, { assumptions, region = 'us-east-1' }: EstimateOptions = {}): Estimate {
  const assumed = assume(assumptions);
  const lines = linesOf(totalUsage(plan, assumed), region);
  const { services, watchdog, shared } = plan;
  const partsOf = (usage: Usage) => split(linesOf(usage, region));
  return {
    region,
    lines,
    services: services.map((service) => ({
      name: service.name,
      resources: service.resources,
      ...partsOf(usageOf(service, assumed, watchdog)),
    })),
    watchdog: partsOf(watchdog === undefined ? {} : watchdogUsage(watchdog, services.length, assumed)),
    shared: partsOf(sharedUsage(shared, assumed)),
    sharedResources: shared.resources,
    engine: split(lines).engine,
    total: added(lines),
    totalBeyondFree: lines.reduce((sum, line) => sum + line.beyondFree, 0),
  };
}

function linesOf(usage: Usage, region: Region): CostLine[] {
  const billed = beyondFree(usage);
  return (Object.keys(PRICES) as Counted[]).flatMap((counted) => {
    const quantity = usage[counted] ?? 0;
    if (quantity === 0) return [];
    const { item, unit } = PRICES[counted];
    const priced = (amount: number) => dollarsFor(counted, amount, region);
    return [{ item, quantity, unit, dollars: priced(quantity), beyondFree: priced(billed[counted] ?? 0) }];
  });
}

function split(lines: readonly CostLine[]): CostParts {
  const of = (isOne: (item: string) => boolean) => added(lines.filter(({ item }) => isOne(item)));
  return {
    engine: of((item) => ENGINE.includes(item)),
    logs: of((item) => item === LOGS),
    alarms: of((item) => ALARMS.includes(item)),
    other: of((item) => ![...ENGINE, LOGS, ...ALARMS].includes(item)),
    total: added(lines),
  };
}

function added(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}
