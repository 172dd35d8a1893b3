import { type EstimateOptions, estimate } from './estimate.ts';
import { asGroup, manyLike, type Plan, type ServicePlan, withoutAlarms } from './plan.ts';
import { paceOf } from './ticks.ts';

const MOST_RESOURCES = 500;
const MOST_OUTPUTS = 200;
/** How many services the estimate puts in one function. */
export const GROUP_SIZE = 20;
const COUNTS = [1, 20, 100, 1_000] as const;
const EVERY_MINUTE = paceOf({ interval: 60_000 });

/**
 * The stacks, the resources and the monthly cost, in dollars at list prices, of many copies of one service that run
 * every minute.
 */
export interface Scale {
  readonly services: number;
  /** How many services share one function; 1 if each service has a function of its own. */
  readonly groupOf: number;
  readonly stacks: number;
  readonly resources: number;
  /** What one service costs, without the shared parts of its stack such as the queue. */
  readonly aService: number;
  /** What one service costs, without its alarms and without the shared parts of its stack such as the queue. */
  readonly aServiceWithoutAlarms: number;
  /** What all services cost, with the shared parts of their stacks. */
  readonly total: number;
}

/**
 * Returns the figures for 1, 20, 100 and 1,000 copies of the plan's first service, each with a function of its own.
 * From 20 copies on, also returns the figures for 20 copies in each function. Returns an empty list for a plan without
 * services.
 */
export function scales(plan: Plan, options: EstimateOptions = {}): Scale[] {
  const [first] = plan.services;
  if (first === undefined) return [];
  const like = { ...first, pace: EVERY_MINUTE };
  return COUNTS.flatMap((services) => [
    ...[scaleOf(plan, { like, services, groupOf: 1 }, options)],
    ...(services < GROUP_SIZE ? [] : [scaleOf(plan, { like, services, groupOf: GROUP_SIZE }, options)]),
  ]);
}

interface Many {
  readonly like: ServicePlan;
  readonly services: number;
  readonly groupOf: number;
}

function scaleOf(plan: Plan, many: Many, options: EstimateOptions): Scale {
  const { services, groupOf } = many;
  const shared = plan.shared.resources;
  const unit = unitOf(many);
  const units = services / groupOf;
  const fitting = Math.floor((MOST_RESOURCES - shared) / unit.resources);
  const unitsAStack = Math.min(fitting, Math.floor(MOST_OUTPUTS / groupOf));
  const stacks = Math.ceil(units / unitsAStack);
  const aStack = { ...plan, services: manyLike(first(unit.services), Math.round(services / stacks)) };
  const bill = estimate(aStack, options);
  const bare = estimate({ ...plan, services: [withoutAlarms(first(unit.services))] }, options);
  const aService = first(bill.services).total;
  return {
    services,
    groupOf,
    stacks,
    resources: units * unit.resources + stacks * shared,
    aService,
    aServiceWithoutAlarms: first(bare.services).total,
    total: services * aService + stacks * (bill.watchdog.total + bill.shared.total),
  };
}

function unitOf({ like, groupOf }: Many): { services: ServicePlan[]; resources: number } {
  return groupOf === 1 ? { services: [like], resources: like.resources } : asGroup(like, groupOf);
}

function first<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new RangeError('scale: expected a service, got none');
  return item;
}
