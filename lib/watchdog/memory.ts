/**
 * What the watchdog remembers of each service between two checks. A part of this memory is one DynamoDB item, with the
 * entries of up to 100 services.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { withoutUndefined } from '../text/index.ts';
import { LAST_INSTANT } from '../time/index.ts';
import { TROUBLES } from './notice.ts';
import type { WatchedService } from './watched-service.ts';

/**
 * The largest number of services in one DynamoDB item of the watchdog's memory. An item of 100 services has at most 25
 * KB.
 */
export const PART_SIZE = 100;

/** One DynamoDB item of the watchdog's memory. */
export interface MemoryPart {
  readonly number: number;
  /** How often this item has been written; 0 if it is not stored yet, -1 if the stored number can't be read. */
  readonly revision: number;
  /** What the watchdog remembers, by name of the service. */
  readonly entries: Readonly<Record<string, unknown>>;
}

const instant = z.number().min(0).max(LAST_INSTANT);
const kind = z.enum(TROUBLES);
const trouble = z.object({
  kind,
  since: instant,
  epoch: z.number().optional(),
  build: z.string().optional(),
  tick: instant.optional(),
  success: instant.optional(),
  interrupted: z.literal(true).optional(),
});
const owed = z.object({
  kind: z.union([kind, z.literal('recovered')]),
  since: instant,
  was: kind.optional(),
  senders: z.array(z.string()),
});
const remembered = z.object({
  schedule: z.string(),
  floor: instant,
  blocked: z.literal(true).optional(),
  trouble: trouble.optional(),
  owed: owed.optional(),
  removed: instant.optional(),
});

type Readable<Shape> = { readonly [Key in keyof Shape]: Shape[Key] };

/**
 * A trouble of a service that the watchdog remembers. `epoch`, `build`, `tick` and `success` are copies from the state
 * of the service, by which a later check recognises a new trouble of the same kind.
 */
export type RememberedTrouble = Readable<z.infer<typeof trouble>>;
/** A change that `senders` still have to send. In a recovery, `was` is the kind of the trouble that ended. */
export type Owed = Readable<z.infer<typeof owed>>;

/** What the watchdog remembers of one service. */
export interface Remembered {
  /** A hash of the service's schedule. After a change of the schedule, earlier due times don't count as missed. */
  readonly schedule: string;
  /**
   * Due times up to this instant, in epoch milliseconds, don't count as missed. It is the first check, or the end of
   * the last pause, halt, or long break of the watchdog.
   */
  readonly floor: number;
  /** True while the service is paused or halted. At the end of the pause or halt, `floor` moves. */
  readonly blocked?: true | undefined;
  readonly trouble?: RememberedTrouble | undefined;
  readonly owed?: Owed | undefined;
  /**
   * When a check first missed the service among the watched ones, in epoch milliseconds. Such an entry has neither a
   * trouble nor a change to send. It stays until a person forgets the service, since its name stands nowhere else.
   */
  readonly removed?: number | undefined;
}

/** Returns what the watchdog remembers of a service after its first check, or its first check with a new schedule. */
export function firstSight(watched: WatchedService, now: number): Remembered {
  return { schedule: hashOf(watched), floor: now };
}

/** Returns what the watchdog remembers of each watched service, by name. What is missing or unreadable begins anew. */
export function entriesOf(
  parts: readonly MemoryPart[],
  watched: readonly WatchedService[],
  now: number,
): ReadonlyMap<string, Remembered> {
  const stored = Object.assign({}, ...parts.map(({ entries }) => entries)) as Record<string, unknown>;
  return new Map(watched.map((each) => [each.name, entryOf(each, ownEntry(stored, each.name), now)]));
}

/**
 * Returns the entries of services that were watched before and no longer are, by name. What was owed about them is
 * dropped: nobody is notified about a service that is gone.
 */
export function removedEntries(
  parts: readonly MemoryPart[],
  watched: readonly WatchedService[],
  now: number,
): ReadonlyMap<string, Remembered> {
  const names = new Set(watched.map(({ name }) => name));
  const stored = parts.flatMap(({ entries }) => Object.keys(entries).map((name) => [name, entries] as const));
  return new Map(
    stored.flatMap(([name, entries]) => {
      const its = names.has(name) ? undefined : ownEntry(entries, name);
      return its === undefined
        ? []
        : [[name, { schedule: its.schedule, floor: its.floor, removed: its.removed ?? now }] as const];
    }),
  );
}

/** Returns when each removed service that the memory names was first missed, by name, in the order of the names. */
export function removedServices(parts: readonly MemoryPart[], now: number): ReadonlyMap<string, number> {
  const all = [...removedEntries(parts, [], now)].filter(([name]) => isRemoved(parts, name));
  return new Map(
    all.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([name, { removed = now }]) => [name, removed]),
  );
}

/**
 * Whether the memory names the service as removed. `undefined` if it doesn't name the service at all, or if its entry
 * can't be read.
 */
export function isRemoved(parts: readonly MemoryPart[], name: string): boolean | undefined {
  const part = parts.find(({ entries }) => Object.hasOwn(entries, name));
  const its = part === undefined ? undefined : ownEntry(part.entries, name);
  return its === undefined ? undefined : its.removed !== undefined;
}

function ownEntry(stored: Readonly<Record<string, unknown>>, name: string): Remembered | undefined {
  const parsed = remembered.safeParse(Object.hasOwn(stored, name) ? stored[name] : undefined);
  return parsed.success ? parsed.data : undefined;
}

function entryOf(watched: WatchedService, stored: Remembered | undefined, now: number): Remembered {
  if (stored === undefined || stored.removed !== undefined) return firstSight(watched, now);
  if (stored.schedule !== hashOf(watched)) return { ...stored, ...firstSight(watched, now) };
  // After the clock was set back, `floor` may be in the future. Due times up to `floor` don't count as missed, so it
  // must not be later than `now`.
  return stored.floor > now ? { ...stored, floor: now } : stored;
}

/**
 * Returns the DynamoDB items that must be written so that the watchdog's memory contains exactly `entries`. A service
 * stays in its item. A new service gets the first item with room.
 */
export function changedParts(
  parts: readonly MemoryPart[],
  entries: ReadonlyMap<string, Remembered>,
): readonly MemoryPart[] {
  const home = new Map(parts.flatMap(({ number, entries: own }) => Object.keys(own).map((name) => [name, number])));
  const names = [...entries.keys()];
  const filled = new Map<number, string[]>(parts.map(({ number }) => [number, []]));
  for (const name of names) {
    const number = home.get(name);
    if (number !== undefined) filled.get(number)?.push(name);
  }
  for (const name of names.filter((each) => !home.has(each))) partWithRoom(filled).push(name);
  const next = [...filled].map(([number, own]) => partOf(number, own, { parts, entries }));
  return next.filter(
    (part) =>
      !isSame(
        part,
        parts.find(({ number }) => number === part.number),
      ),
  );
}

function partWithRoom(filled: Map<number, string[]>): string[] {
  for (const [, names] of filled) if (names.length < PART_SIZE) return names;
  const added: string[] = [];
  let number = 0;
  while (filled.has(number)) number++;
  filled.set(number, added);
  return added;
}

function partOf(
  number: number,
  names: readonly string[],
  known: { readonly parts: readonly MemoryPart[]; readonly entries: ReadonlyMap<string, Remembered> },
): MemoryPart {
  const revision = known.parts.find((part) => part.number === number)?.revision ?? 0;
  const own = names.toSorted().map((name) => [name, storedForm(known.entries.get(name))]);
  return { number, revision, entries: Object.fromEntries(own) };
}

function storedForm(entry: Remembered | undefined): unknown {
  if (entry === undefined) return undefined;
  const { trouble: its, ...rest } = entry;
  return withoutUndefined({ ...rest, trouble: its === undefined ? undefined : withoutUndefined(its) });
}

function isSame(part: MemoryPart, stored: MemoryPart | undefined): boolean {
  return stored !== undefined && canonical(part.entries) === canonical(stored.entries);
}

/** Returns JSON with sorted keys. The database may change the order of keys, and equal values must have equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

function hashOf({ schedule: { interval, cron, timezone } }: WatchedService): string {
  return createHash('sha256')
    .update(JSON.stringify([interval, cron, timezone]))
    .digest('base64url')
    .slice(0, 8);
}
