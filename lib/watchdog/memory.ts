/**
 * What the watchdog remembers of each service from one check to the next. It is kept in parts, items of up to 100
 * services each, which are written only when something changes; a deploy doesn't reset them.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { withoutUndefined } from '../text/index.ts';
import { LAST_INSTANT } from '../time/index.ts';
import { TROUBLES } from './notice.ts';
import type { WatchedService } from './watched-service.ts';

/** The services in one part. A part has at most 25 KB, so that a write of it costs little. */
export const PART_SIZE = 100;

/** A part as it is stored. */
export interface MemoryPart {
  /** The number of the part, from 0 on. */
  readonly number: number;
  /** How often the part was written; 0 for one that is not stored yet. */
  readonly revision: number;
  /** What is remembered, by name of the service. */
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

/** A trouble that was reported, or is owed; with what tells a later one of the same kind from it. */
export type RememberedTrouble = Readable<z.infer<typeof trouble>>;
/** A change that some senders have not taken yet. `was` is the trouble that a recovery ended. */
export type Owed = Readable<z.infer<typeof owed>>;

/** What is remembered of one service. */
export interface Remembered {
  /** A hash of the schedule: due times before a new schedule don't count. */
  readonly schedule: string;
  /** Due times until this instant don't count: the first check by this schedule, or the end of a pause or halt. */
  readonly floor: number;
  /** Set while a pause or halt keeps ticks out; its end moves the floor. */
  readonly blocked?: true | undefined;
  readonly trouble?: RememberedTrouble | undefined;
  readonly owed?: Owed | undefined;
}

/** What is remembered of a service at the first check of it, or at its new schedule. */
export function firstSight(watched: WatchedService, now: number): Remembered {
  return { schedule: hashOf(watched), floor: now };
}

/** Reads what is remembered of the watched services. An entry that can't be read counts as missing. */
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
  // A clock that was set back must not hide what is missed from now on.
  return stored.floor > now ? { ...stored, floor: now } : stored;
}

/**
 * The parts that must be written so that they say what `entries` says: an entry stays in the part that has it, a new
 * one goes to the first part with room, and one of a service that is no longer watched is left out.
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

/** The entry without properties that are undefined, as the database returns it. */
function storedForm(entry: Remembered | undefined): unknown {
  if (entry === undefined) return undefined;
  const { trouble: its, ...rest } = entry;
  return withoutUndefined({ ...rest, trouble: its === undefined ? undefined : withoutUndefined(its) });
}

function isSame(part: MemoryPart, stored: MemoryPart | undefined): boolean {
  return stored !== undefined && canonical(part.entries) === canonical(stored.entries);
}

/** JSON with sorted keys: the database returns the keys of a map in an order of its own. */
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
