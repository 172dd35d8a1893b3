/** The same service many times, each in a function of its own or in groups: stacks, resources and dollars. Pure. */
import { type EstimateOptions, estimate } from './estimate.ts';
import { asGroup, manyLike, type Plan, type ServicePlan, withoutAlarms } from './plan.ts';
import { paceOf } from './ticks.ts';

/** A stack's limits at CloudFormation. */
const MOST_RESOURCES = 500;
const MOST_OUTPUTS = 200;
/** How many services are put in one function. */
export const GROUP_SIZE = 20;
const COUNTS = [1, 20, 100, 1_000] as const;
const EVERY_MINUTE = paceOf({ interval: 60_000 });

/** Many services like one, at one run a minute. */
export interface Scale {
  readonly services: number;
  /** How many services share a function; 1 for each its own. */
  readonly groupOf: number;
  readonly stacks: number;
  readonly resources: number;
  /** What one service costs, the shared parts left out. */
  readonly aService: number;
  /** The same without its alarms. */
  readonly aServiceWithoutAlarms: number;
  /** What all of them cost with everything that their stacks share. */
  readonly total: number;
}

/**
 * The plan's first service many times. Each stack that they need has all that a stack shares, the watchdog too.
 * Empty for a plan without services.
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
