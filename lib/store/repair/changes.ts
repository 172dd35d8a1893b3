/**
 * What would make a damaged item sound again. Pure: it is shown to a person before anything is written. Only what is damaged changes;
 * where the truth is lost, what stands there afterwards is the careful guess:
 *
 *   fence, done    never backwards: above everything that tells of a run; a run under the lease will be booked as crashed
 *   lease          lasts as long as the longest could: whoever holds it may still be running
 *   lastTick       now: what was due before doesn't run again
 *   halt, pause    stay, until somebody resumes the service
 *   the rest       as of a service that never had it; what can be read of the ring stays
 *
 * The epoch rises with every repair, so that a commit under way takes notice.
 */
import { formatRunHistory, parseRunHistory, type RunEntry } from '../../rules/index.ts';
import { LAST_INSTANT, MINUTE, SECOND, toIso } from '../../time/index.ts';
import { differences } from '../item/replace-item.ts';
import { describeFault, describeValue } from '../item/state-item.ts';
import { ATTRIBUTES, type Item, validateItem } from '../item/validate-item.ts';
import { migrated, VERSION } from '../item/version.ts';

/** One attribute that a repair changes: what stands there, what would, and why. `undefined` where nothing does. */
export interface Change {
  readonly attribute: string;
  readonly from: unknown;
  readonly to: unknown;
  /** `record: expected up to 64 of 0 and 1, got "1102"`, or what else it is for. */
  readonly why: string;
}

/** A change in words: values cut and without credentials, instants as dates too; `null` where nothing stands. */
export function describeChange({ attribute, from, to, why }: Change) {
  const showValue = (value: unknown) => {
    if (value === undefined) return null;
    const isDate = ATTRIBUTES[attribute] === 'instant' && typeof value === 'number' && Math.abs(value) <= LAST_INSTANT;
    return isDate ? `${value} (${toIso(value)})` : describeValue(value);
  };
  return { attribute, from: showValue(from), to: showValue(to), why };
}

/** What a repair goes by besides the item. */
export interface Evidence {
  readonly now: number;
  /** The highest fence that the records of runs tell of; 0 if they tell of none. */
  readonly highestRecorded: number;
}

/** The changes that make an item of today's version sound; none for a sound one. A version that can't be read is taken for today's. */
export function changesFor(item: Item, evidence: Evidence): readonly Change[] {
  const { mended, reasons } = mend(item, evidence);
  const changes = Object.entries(differences(item, mended)).map(([attribute, to]) => ({
    attribute,
    from: item[attribute],
    to,
    why: reasons.get(attribute) ?? 'it follows from the others',
  }));
  if (changes.length === 0 || reasons.has('epoch')) return changes;
  const to = Number(item['epoch'] ?? 0) + 1;
  const why = 'it rises, so that a run under way takes notice of the repair';
  return [...changes, { attribute: 'epoch', from: item['epoch'], to, why }];
}

interface Mended {
  readonly mended: Item;
  readonly reasons: ReadonlyMap<string, string>;
}

/** Each round mends what the one before brought to light: there are no more rounds than kinds of rules. */
const MOST_ROUNDS = 5;

function mend(item: Item, evidence: Evidence): Mended {
  const reasons = new Map<string, string>();
  let mended = isOlder(item) ? migrated(item) : item;
  if (mended['v'] !== VERSION) {
    reasons.set('v', `v: ${describeFault({ attribute: 'v', expected: `a version from 1 to ${VERSION}` }, item)}`);
    mended = { ...mended, v: VERSION };
  }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const faults = validateItem(mended, evidence.now).faults;
    // Told first: what mends one may change another.
    for (const fault of faults.filter(({ attribute }) => !reasons.has(attribute)))
      reasons.set(fault.attribute, `${fault.attribute}: ${describeFault(fault, mended)}`);
    for (const { attribute } of faults) {
      mended = { ...mended, ...(CAREFUL[attribute] ?? (() => ({ [attribute]: undefined })))(mended, evidence) };
    }
  }
  return { mended, reasons };
}

function isOlder({ v }: Item): boolean {
  return typeof v === 'number' && Number.isSafeInteger(v) && v >= 1 && v < VERSION;
}

type Careful = (item: Item, evidence: Evidence) => Item;

/** Lambda's longest invocation and the largest margin. */
const LONGEST_LEASE = 30 * MINUTE;

const CAREFUL: Readonly<Record<string, Careful>> = {
  fence: (item, evidence) => counted(fenceAbove(item, evidence), item),
  done: (item, evidence) => {
    const { fence, done } = item;
    // What is booked has run: a fence below it has fallen back, unless it is `done` that can't be believed.
    const hasFallen = isBelievable(done) && typeof fence === 'number' && done > fence;
    return counted(hasFallen ? fenceAbove(item, evidence) : Number(fence), item);
  },
  epoch: (_item, { now }) => ({ epoch: inSeconds(now) }),
  leaseUntil: (_item, { now }) => ({ leaseUntil: now + LONGEST_LEASE }),
  leaseOwner: () => ({ leaseOwner: 'unknown' }),
  lastTick: ({ runs }, { now }) => ({
    lastTick: now,
    runs: writtenRuns(readableRuns(runs).filter(({ at }) => at <= now)),
  }),
  haltAt: (_item, { now }) => ({ haltAt: now }),
  pauseAt: (_item, { now }) => ({ pauseAt: now }),
  runs: ({ runs }) => ({ runs: writtenRuns(readableRuns(runs)) }),
};

/** Many more runs than can have died unheard. */
const FENCE_LEAP = 1_000;
/** No service gets this far: a number above tells of damage alone. */
const MOST_BELIEVED = 1e12;

/** Above every number that tells of a run; where `done` tells nothing either, above one run for every second there was. */
function fenceAbove({ fence, done, failuresSince }: Item, { now, highestRecorded }: Evidence): number {
  const told = [fence, done, failuresSince].map(Number).filter(isBelievable).map(Math.ceil);
  return Math.max(highestRecorded, ...told, isBelievable(done) ? 0 : inSeconds(now)) + FENCE_LEAP;
}

function isBelievable(count: unknown): count is number {
  return typeof count === 'number' && count >= 0 && count <= MOST_BELIEVED;
}

/** The counters, so that a run under the lease, and no other, will be booked as crashed. */
function counted(fence: number, { leaseOwner }: Item): Item {
  return { fence, done: leaseOwner === undefined || fence === 0 ? fence : fence - 1 };
}

/** Seconds since 1970. */
function inSeconds(now: number): number {
  return Math.floor(now / SECOND);
}

/** The entries of a ring that can be read; a few, as of a ring that is much too long. */
function readableRuns(runs: unknown): readonly RunEntry[] {
  if (typeof runs !== 'string') return [];
  return runs
    .slice(-MOST_RING)
    .split(' ')
    .flatMap((entry) => parseRunHistory(entry) ?? []);
}

const MOST_RING = 500;

function writtenRuns(runs: readonly RunEntry[]): string | undefined {
  return runs.length === 0 ? undefined : formatRunHistory(runs);
}
