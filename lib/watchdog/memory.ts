/**
 * The memory of the watchdog from one check to the next, in the 256 bytes of its cursor. Pure.
 *
 * Due times count from an instant called the floor. Most services share one floor: the first check of this list of
 * services. Some services have a later floor of their own, until they show activity:
 *
 *   without state        the first check that found no state
 *   paused or halted     the latest check that found the service so, since ticks before its resume can't be missed
 *
 * As text: `list.floor.overdue[.instant.bits]...`, with instants in base 36. `list` is a hash of the watched services.
 * `bits` has one bit for each service, in the order of names, which is set if the service has this instant as its
 * floor. If the list or a schedule changes, the bits lose their meaning and due times count from now, since ticks
 * before a new schedule can't be missed. But a service that was overdue (`overdue`: a hash of four characters for each)
 * and whose own schedule is unchanged stays overdue until it shows activity.
 */

import { createHash } from 'node:crypto';
import { UnreadableStateError } from '../service/index.ts';
import { CURSOR_BYTES } from '../text/index.ts';
import { isBlocked, lastActivity } from './judge.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** What the watchdog remembers. Instants are in epoch milliseconds. */
export interface Memory {
  readonly floor: number;
  /** The floors of single services, by name. */
  readonly ownFloors: ReadonlyMap<string, number>;
}

const LIST_LENGTH = 6;
const HASH_LENGTH = 4;
/** How many characters an instant in milliseconds has in base 36, until the year 5188. */
const INSTANT_LENGTH = 9;

/** Reads the memory from a cursor; without a readable cursor, starts with a fresh memory. */
export function readCursor(cursor: string | undefined, watched: readonly WatchedService[], now: number): Memory {
  const [list, floorText, overdue = '', ...groups] = cursor?.split('.') ?? [];
  const floor = parseInstant(floorText);
  if (list === undefined || floor === undefined) return { floor: now, ownFloors: new Map() };
  if (list === hashOfList(watched)) return { floor, ownFloors: parseGroups(groups, watched) };
  const hashes: string[] = overdue.match(new RegExp(`.{${HASH_LENGTH}}`, 'g')) ?? [];
  const stillOverdue = watched.filter((each) => hashes.includes(hashOfService(each)));
  return { floor: now, ownFloors: new Map(stillOverdue.map(({ name }) => [name, floor])) };
}

/** Writes the memory into a cursor. If it doesn't fit, some floors become later, never earlier. */
export function writeCursor(
  { floor, ownFloors }: Memory,
  overdue: readonly string[],
  watched: readonly WatchedService[],
): string {
  const hashes = watched.filter(({ name }) => overdue.includes(name)).map(hashOfService);
  let groups = groupsOf(ownFloors);
  const groupLength = INSTANT_LENGTH + Math.ceil((Math.ceil(watched.length / 8) * 4) / 3) + 2;
  const isTooLong = () => {
    const length = LIST_LENGTH + 1 + INSTANT_LENGTH + 1 + hashes.length * HASH_LENGTH + groups.length * groupLength;
    return length > CURSOR_BYTES;
  };
  while (isTooLong() && groups.length > 1) groups = mergeOldest(groups);
  while (isTooLong() && hashes.length > 0) hashes.pop();
  const parts = groups.flatMap(([instant, names]) => [formatInstant(instant), formatBits(new Set(names), watched)]);
  return [hashOfList(watched), formatInstant(floor), hashes.join(''), ...parts].join('.');
}

/** The instant from which the due times of the service count. */
export function floorOf({ floor, ownFloors }: Memory, service: string): number {
  return ownFloors.get(service) ?? floor;
}

/** Returns the memory after a check. A service whose state was not read keeps its floor. */
export function updateMemory({ floor, ownFloors }: Memory, found: ReadonlyMap<string, Found>, now: number): Memory {
  const updated = new Map(ownFloors);
  for (const [service, state] of found) {
    const own = ownFloors.get(service);
    if (state instanceof UnreadableStateError) continue;
    if (state === undefined) updated.set(service, own ?? now);
    else if (isBlocked(state, now)) updated.set(service, now);
    else if (own !== undefined && (lastActivity(state) ?? 0) >= Math.max(own, floor)) updated.delete(service);
  }
  return { floor, ownFloors: updated };
}

type Group = readonly [instant: number, names: readonly string[]];

function groupsOf(ownFloors: Memory['ownFloors']): Group[] {
  const groups = new Map<number, string[]>();
  for (const [name, instant] of ownFloors) groups.set(instant, [...(groups.get(instant) ?? []), name]);
  return [...groups].toSorted(([one], [other]) => one - other);
}

/** Merges the oldest group into the next one: its services are judged a little later. */
function mergeOldest([oldest, next, ...rest]: readonly Group[]): Group[] {
  if (oldest === undefined || next === undefined) return [];
  return [[next[0], [...oldest[1], ...next[1]]], ...rest];
}

function parseGroups(parts: readonly string[], watched: readonly WatchedService[]): Map<string, number> {
  const ownFloors = new Map<string, number>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const instant = parseInstant(parts[at]);
    if (instant === undefined) continue;
    const bytes = Buffer.from(parts[at + 1] ?? '', 'base64url');
    for (const [index, { name }] of watched.entries()) {
      if (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) ownFloors.set(name, instant);
    }
  }
  return ownFloors;
}

function formatBits(names: ReadonlySet<string>, watched: readonly WatchedService[]): string {
  const bytes = new Uint8Array(Math.ceil(watched.length / 8));
  for (const [index, { name }] of watched.entries()) {
    if (names.has(name)) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return Buffer.from(bytes).toString('base64url');
}

function formatInstant(instant: number): string {
  return Math.floor(instant).toString(36);
}

function parseInstant(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-z]{1,10}$/.test(text) ? Number.parseInt(text, 36) : undefined;
}

function hashOfService(service: WatchedService): string {
  return hash(identityOf(service)).slice(0, HASH_LENGTH);
}

function hashOfList(watched: readonly WatchedService[]): string {
  return hash(watched.map(identityOf)).slice(0, LIST_LENGTH);
}

function identityOf({ name, schedule: { interval, cron, timezone } }: WatchedService): unknown[] {
  return [name, interval, cron, timezone];
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
