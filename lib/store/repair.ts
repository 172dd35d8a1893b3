/**
 * Repairs a damaged state item: the item is kept as a copy, and a fresh, paused item replaces it.
 *
 *   fence, done    equal, and above the number of every run that the item or the run records mention: a run under way
 *                  can't commit, and no run is counted as crashed
 *   epoch          raised, which is a second reason to refuse a commit under way
 *   failuresSince  equal to fence: earlier failures are forgotten, as after a resume
 *   lastTick       kept if it is valid, else the time of the repair; never before the lease's tick. So no decided tick
 *                  runs again
 *   cursor         kept if it is valid
 *   pause          without an end: a person checks the service and resumes it
 *   all others     absent, as for a service that has never run
 */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { RECORD_RETENTION_DAYS } from '../rules/index.ts';
import { LONGEST_LEASE } from '../service/index.ts';
import { withoutUndefined } from '../text/index.ts';
import { DAY, SECOND, toIso } from '../time/index.ts';
import { replaceItem } from './item/replace-item.ts';
import { checkVersion, describeFault, describeValue } from './item/state-item.ts';
import { TTL_ATTRIBUTE } from './item/table.ts';
import { ATTRIBUTES, type Item, LARGEST_VALID_COUNT, validateItem } from './item/validate-item.ts';
import { VERSION, versionFault } from './item/version.ts';
import { getItem } from './item-access.ts';
import { newestRecords } from './record-items.ts';

export interface DamagedAttribute {
  readonly attribute: string;
  /** The fault in words, such as `expected a count from 0, got -1`. */
  readonly fault: string;
}

/** The damage of a state item, and the fresh item that is to replace it. */
export interface RepairPlan {
  /** The damaged attributes; empty for a valid item, which needs no repair. */
  readonly damage: readonly DamagedAttribute[];
  readonly fresh: Item;
  /** The instant until which the run that holds the lease may be under way; absent if there is no such run. */
  readonly runningUntil?: number;
}

/**
 * Finds and repairs damaged state items of one table. Both methods reject with the error of the SDK if a request fails.
 */
export interface StateRepairs {
  /**
   * The plan for the repair of the state of a service; `undefined` if nothing is stored for the service.
   * @throws UnreadableStateError if the state is of a newer version
   */
  examine(service: string, now: number): Promise<RepairPlan | undefined>;
  /**
   * Copies the damaged item to `REPAIR#<time>`, which is kept as long as a run record, and replaces it by a fresh one.
   * @param shown the plan that `examine` returned
   * @returns the plan that was carried out. `undefined` if nothing was replaced: the item is valid now, has other
   * damaged attributes than `shown`, or changed at every try
   */
  repair(service: string, shown: RepairPlan, now: number): Promise<RepairPlan | undefined>;
}

const REPAIR_TRIES = 5;
/** How many of the newest run records are read to find the highest fence. Fences rise nearly in the order of time. */
const INSPECTED_RECORDS = 25;

/** Makes the repairs of a table. The caller needs the IAM rights GetItem, Query, PutItem and UpdateItem on it. */
export function stateRepairs(documents: DynamoDBDocumentClient, table: string): StateRepairs {
  const items = { documents, table };

  async function inspect(service: string, now: number) {
    const item = await getItem(items, service);
    if (item === undefined) return undefined;
    if (versionFault(item) === undefined) checkVersion(service, item);
    const { Items = [] } = await documents.send(newestRecords({ table, service }, INSPECTED_RECORDS));
    const highestRecorded = Math.max(0, ...Items.map(({ fence }) => fence).filter(isBelievable));
    return { item, plan: planRepair(item, { now, highestRecorded }) };
  }

  return {
    examine: async (service, now) => (await inspect(service, now))?.plan,
    async repair(service, shown, now) {
      // Ticks may change the counters of the damaged item between read and write. Then the item is read again.
      for (let attempt = 0; attempt < REPAIR_TRIES; attempt++) {
        const found = await inspect(service, now);
        if (found === undefined || shown.damage.length === 0 || !isSame(found.plan, shown)) return undefined;
        await documents.send(new PutCommand({ TableName: table, Item: copyOf(service, found.item, now) }));
        const absent = Object.fromEntries(Object.keys(ATTRIBUTES).map((attribute) => [attribute, undefined]));
        if (await replaceItem(items, service, found.item, { ...absent, ...found.plan.fresh })) return found.plan;
      }
      return undefined;
    },
  };
}

/**
 * Whether both plans have the same damaged attributes. The values may differ, since ticks change the counters of the
 * damaged item.
 */
function isSame(one: RepairPlan, other: RepairPlan): boolean {
  const names = ({ damage }: RepairPlan) => damage.map(({ attribute }) => attribute).join(' ');
  return names(one) === names(other);
}

/**
 * The copy of a damaged item: a new item with the damaged one as an attribute. DynamoDB deletes the copy after
 * RECORD_RETENTION_DAYS.
 */
function copyOf(service: string, item: Item, now: number): Item {
  const expires = Math.floor((now + RECORD_RETENTION_DAYS * DAY) / SECOND);
  return { pk: service, sk: `REPAIR#${toIso(now)}`, item, [TTL_ATTRIBUTE]: expires };
}

interface RepairFacts {
  readonly now: number;
  readonly highestRecorded: number;
}

/**
 * Plans the repair of an item. If the version of the item can't be read, the item is treated as one of version VERSION.
 */
export function planRepair(item: Item, facts: RepairFacts): RepairPlan {
  const { now } = facts;
  const damagedVersion = versionFault(item);
  const faults = [damagedVersion ?? [], validateItem(item, now).faults].flat();
  const broken = new Set(faults.map(({ attribute }) => attribute));
  const valid = Object.fromEntries(Object.entries(item).filter(([attribute]) => !broken.has(attribute)));
  const fence = fenceAbove(item, valid, facts);
  const leaseEnd = broken.has('leaseUntil') ? now + LONGEST_LEASE : Number(valid['leaseUntil'] ?? 0);
  return withoutUndefined({
    damage: faults.map((fault) => ({ attribute: fault.attribute, fault: describeFault(fault, item) })),
    fresh: withoutUndefined({
      v: VERSION,
      fence,
      done: fence,
      epoch: epochAfter(valid, broken, now),
      failuresSince: fence,
      lastTick: lastTickAfter(valid, broken, now),
      cursor: valid['cursor'],
      pauseAt: now,
      pauseReason: 'repaired: check the service, then resume it',
      pauseBy: 'repair',
    }),
    runningUntil: leaseEnd > now ? leaseEnd : undefined,
  });
}

/**
 * How far the new fence is above the highest fence that was found. The damaged item and the run records may lack some
 * runs, but never so many.
 */
const FENCE_LEAP = 1_000;
/** The largest fence or epoch that a repair takes as true. No service reaches it, so a larger number is damage. */
const LARGEST_BELIEVED_COUNT = 1e12;

/**
 * A fence above the number of every run that the item or the run records mention. If both `fence` and `done` are
 * damaged, the result is also above the number of seconds since 1970.
 */
function fenceAbove(item: Item, valid: Item, { now, highestRecorded }: RepairFacts): number {
  const { fence, done, failuresSince } = item;
  const shown = [fence, done, failuresSince].map(Number).filter(isBelievable);
  const guess = isBelievable(fence) || isBelievable(done) ? 0 : epochSeconds(now);
  const highest = Math.max(Number(valid['fence'] ?? 0), highestRecorded, guess, ...shown);
  return Math.min(Math.ceil(highest) + FENCE_LEAP, LARGEST_VALID_COUNT);
}

function isBelievable(count: unknown): count is number {
  return typeof count === 'number' && count >= 0 && count <= LARGEST_BELIEVED_COUNT;
}

/** An epoch that differs from the one that any run under way has read, so that its commit is refused. */
function epochAfter(valid: Item, broken: ReadonlySet<string>, now: number): number {
  const { epoch = broken.has('epoch') ? undefined : 0 } = valid;
  return isBelievable(epoch) ? epoch + 1 : epochSeconds(now);
}

/**
 * The `lastTick` of the fresh item: the stored one, or `now` if the stored one is damaged, or missing beside a damaged
 * run history. It is never before the tick of the lease. `undefined` if no tick is known to have started.
 */
function lastTickAfter(valid: Item, broken: ReadonlySet<string>, now: number): number | undefined {
  const { lastTick, leaseTick } = valid;
  const isLost = broken.has('lastTick') || (lastTick === undefined && broken.has('runs'));
  const marks = [isLost ? now : lastTick, leaseTick].filter((mark) => typeof mark === 'number');
  return marks.length === 0 ? undefined : Math.max(...marks);
}

function epochSeconds(now: number): number {
  return Math.floor(now / SECOND);
}

/** The attributes of an item in words: values are cut, credentials are masked, and instants are shown as dates too. */
export function describeAttributes(item: Item): Readonly<Record<string, string>> {
  const kinds: Readonly<Record<string, string>> = ATTRIBUTES;
  return Object.fromEntries(
    Object.entries(item).map(([attribute, value]) => {
      const date = kinds[attribute] === 'instant' ? ` (${toIso(Number(value))})` : '';
      return [attribute, `${describeValue(value)}${date}`];
    }),
  );
}
