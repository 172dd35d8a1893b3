/**
 * What the watchdog remembers of each service from one check to the next. This memory consists of parts. A part is one
 * item in DynamoDB with the entries of up to 100 services, and is written only when an entry changes. A deploy doesn't
 * reset the memory.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { withoutUndefined } from '../text/index.ts';
import { LAST_INSTANT } from '../time/index.ts';
import { TROUBLES } from './notice.ts';
import type { WatchedService } from './watched-service.ts';

/**
 * The largest number of services in one part of the watchdog's memory. A part has at most 25 KB, so that one write of
 * it costs little.
 */
export const PART_SIZE = 100;

/** A part of the watchdog's memory, as it is stored. */
export interface MemoryPart {
  /** The number of the part, from 0 on. */
  readonly number: number;
  /**
   * How often the part has been written; 0 for a part that is not stored yet, -1 if the stored number can't be read.
   */
  readonly revision: number;
  /** What the watchdog remembers of each service, by name of the service. */
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
});

type Readable<Shape> = { readonly [Key in keyof Shape]: Shape[Key] };

/**
 * A trouble that the watchdog has reported, or still has to report. `epoch`, `build`, `tick` and `success` are facts
 * about the service from the check that found the trouble. With them a later check decides whether a trouble of the
 * same kind is a new one.
 */
export type RememberedTrouble = Readable<z.infer<typeof trouble>>;
/**
 * A change that the senders in `senders` still have to send. If the change is a recovery, `was` is the kind of the
 * trouble that ended.
 */
export type Owed = Readable<z.infer<typeof owed>>;

/** What the watchdog remembers of one service. */
export interface Remembered {
  /**
   * A hash of the service's schedule. When the schedule changes, `floor` moves to the check that notices the change.
   */
  readonly schedule: string;
  /**
   * An instant in epoch milliseconds; due times up to it don't count as missed. It is the time of the first check by
   * this schedule, the end of a pause, or the time of the first check after a halt, a resume or a long absence of the
   * watchdog.
   */
  readonly floor: number;
  /** True while the service is paused or halted. When the pause or the halt ends, `floor` moves. */
  readonly blocked?: true | undefined;
  readonly trouble?: RememberedTrouble | undefined;
  readonly owed?: Owed | undefined;
}

/**
 * Returns what the watchdog remembers of a service that it checks for the first time, or for the first time by a new
 * schedule.
 */
export function firstSight(watched: WatchedService, now: number): Remembered {
  return { schedule: hashOf(watched), floor: now };
}

/**
 * Returns what the watchdog remembers of each watched service, by name. A service whose entry is missing or can't be
 * read gets a new entry with the floor `now`.
 */
export function entriesOf(
  parts: readonly MemoryPart[],
  watched: readonly WatchedService[],
  now: number,
): ReadonlyMap<string, Remembered> {
  const stored = Object.assign({}, ...parts.map(({ entries }) => entries)) as Record<string, unknown>;
  return new Map(watched.map((each) => [each.name, entryOf(each, ownEntry(stored, each.name), now)]));
}

function ownEntry(stored: Record<string, unknown>, name: string): Remembered | undefined {
  const parsed = remembered.safeParse(Object.hasOwn(stored, name) ? stored[name] : undefined);
  return parsed.success ? parsed.data : undefined;
}

function entryOf(watched: WatchedService, stored: Remembered | undefined, now: number): Remembered {
  if (stored === undefined) return firstSight(watched, now);
  if (stored.schedule !== hashOf(watched)) return { ...stored, ...firstSight(watched, now) };
  // If the clock was set back, the stored floor may be in the future. It would then hide due times that are missed from
  // now on.
  return stored.floor > now ? { ...stored, floor: now } : stored;
}

/**
 * Returns the parts that must be written so that the memory contains exactly `entries`. A service stays in the part
 * that contains it already. A new service goes to the first part with room. A service that is no longer watched is left
 * out.
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

/**
 * Returns the entry as the database would return it: without properties that are undefined. Returns `undefined` if
 * there is no entry.
 */
function storedForm(entry: Remembered | undefined): unknown {
  if (entry === undefined) return undefined;
  const { trouble: its, ...rest } = entry;
  return withoutUndefined({ ...rest, trouble: its === undefined ? undefined : withoutUndefined(its) });
}

function isSame(part: MemoryPart, stored: MemoryPart | undefined): boolean {
  return stored !== undefined && canonical(part.entries) === canonical(stored.entries);
}

/**
 * Returns the value as JSON with sorted keys, so that equal values have equal texts: the database returns the keys of a
 * map in an order of its own.
 */
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
