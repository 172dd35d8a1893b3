/**
 * What the watch remembers from one look to the next, in the 256 bytes of its cursor. Pure.
 *
 * A due time counts only from when the service was seen to owe it. For most that is `floor`, the first look at this list. A
 * note tells a later instant of one service, until it is heard of again:
 *   without state        the first look that found none
 *   paused or halted     the latest look that found it so: a resumed service owes nothing for the time before
 *
 * As text: `list.floor.overdue[.instant.bits]...`, instants in base 36. `list` is a hash of what is watched; a bit a service
 * in the order of names says which ones a note is of. Where the list or a schedule changes, bits mean nothing any more and
 * due times count from now, since a new schedule owes nothing for the time before it; but the services that were overdue, and whose own
 * schedule is the same (`overdue`: four characters each), stay so until they are heard of.
 */
import { createHash } from 'node:crypto';
import { UnreadableStateError } from '../service/index.ts';
import { isBlocked, lastActivity } from './judge.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** What is remembered. Instants in epoch milliseconds. */
export interface Memory {
  readonly floor: number;
  /** Instants of single services, by name. */
  readonly notes: ReadonlyMap<string, number>;
}

const CURSOR_BYTES = 256;
const LIST_LENGTH = 6;
const PRINT_LENGTH = 4;
/** Of milliseconds in base 36, until the year 5188. */
const INSTANT_LENGTH = 9;

/** The memory in a cursor; a fresh one where there is none, or one that can't be read. */
export function recall(cursor: string | undefined, watched: readonly WatchedService[], now: number): Memory {
  const [list, floorText, overdue = '', ...groups] = cursor?.split('.') ?? [];
  const floor = instantIn(floorText);
  if (list === undefined || floor === undefined) return { floor: now, notes: new Map() };
  if (list === listPrint(watched)) return { floor, notes: notesIn(groups, watched) };
  const stay = watched.filter((each) => printsIn(overdue).includes(print(each)));
  return { floor: now, notes: new Map(stay.map(({ name }) => [name, floor])) };
}

/** The cursor. What doesn't fit makes a judgement later, never earlier. */
export function written(
  { floor, notes }: Memory,
  overdue: readonly string[],
  watched: readonly WatchedService[],
): string {
  const prints = watched.filter(({ name }) => overdue.includes(name)).map(print);
  let groups = groupsOf(notes);
  const fits = () => {
    const size = LIST_LENGTH + 1 + INSTANT_LENGTH + 1 + prints.length * PRINT_LENGTH;
    return size + groups.length * (INSTANT_LENGTH + bitsLength(watched) + 2) <= CURSOR_BYTES;
  };
  while (!fits() && groups.length > 1) groups = withoutOldest(groups);
  while (!fits() && prints.length > 0) prints.pop();
  const told = groups.map(([instant, names]) => [instantText(instant), bitsOf(new Set(names), watched)].join('.'));
  return [listPrint(watched), instantText(floor), prints.join(''), ...told].join('.');
}

/** The instant from which the service's due times count. */
export function sinceOf({ floor, notes }: Memory, service: string): number {
  return notes.get(service) ?? floor;
}

/** The memory after a look. Of a service that could not be asked for, it stays as it is. */
export function afterLook(memory: Memory, found: ReadonlyMap<string, Found>, now: number): Memory {
  const notes = new Map(memory.notes);
  for (const [service, state] of found) {
    const note = noteAfter(state, memory, { service, now });
    if (note === undefined) notes.delete(service);
    else notes.set(service, note);
  }
  return { floor: memory.floor, notes };
}

function noteAfter(found: Found, { floor, notes }: Memory, { service, now }: { service: string; now: number }) {
  const note = notes.get(service);
  if (found === undefined) return note ?? now;
  if (found instanceof UnreadableStateError) return note;
  if (isBlocked(found, now)) return now;
  return note !== undefined && (lastActivity(found) ?? 0) >= Math.max(note, floor) ? undefined : note;
}

type Group = readonly [instant: number, names: readonly string[]];

function groupsOf(notes: Memory['notes']): Group[] {
  const groups = new Map<number, string[]>();
  for (const [name, instant] of notes) groups.set(instant, [...(groups.get(instant) ?? []), name]);
  return [...groups].toSorted(([one], [other]) => one - other);
}

/** The oldest group joins the next: its services are judged a little later. */
function withoutOldest([oldest, next, ...rest]: readonly Group[]): Group[] {
  if (oldest === undefined || next === undefined) return [];
  return [[next[0], [...oldest[1], ...next[1]]], ...rest];
}

function notesIn(groups: readonly string[], watched: readonly WatchedService[]): Map<string, number> {
  const notes = new Map<string, number>();
  for (let at = 0; at + 1 < groups.length; at += 2) {
    const instant = instantIn(groups[at]);
    if (instant === undefined) continue;
    for (const name of namesIn(groups[at + 1] ?? '', watched)) notes.set(name, instant);
  }
  return notes;
}

function bitsLength(watched: readonly WatchedService[]): number {
  return Math.ceil((Math.ceil(watched.length / 8) * 4) / 3);
}

function bitsOf(names: ReadonlySet<string>, watched: readonly WatchedService[]): string {
  const bytes = new Uint8Array(Math.ceil(watched.length / 8));
  for (const [index, { name }] of watched.entries()) {
    if (names.has(name)) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return Buffer.from(bytes).toString('base64url');
}

function namesIn(bits: string, watched: readonly WatchedService[]): string[] {
  const bytes = Buffer.from(bits, 'base64url');
  return watched.filter((_each, index) => ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1).map(({ name }) => name);
}

function instantText(instant: number): string {
  return Math.floor(instant).toString(36);
}

function instantIn(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-z]{1,10}$/.test(text) ? Number.parseInt(text, 36) : undefined;
}

function printsIn(text: string): string[] {
  return text.match(new RegExp(`.{${PRINT_LENGTH}}`, 'g')) ?? [];
}

function print({ name, schedule: { interval, cron, timezone } }: WatchedService): string {
  return hash([name, interval, cron, timezone]).slice(0, PRINT_LENGTH);
}

function listPrint(watched: readonly WatchedService[]): string {
  return hash(
    watched.map(({ name, schedule: { interval, cron, timezone } }) => [name, interval, cron, timezone]),
  ).slice(0, LIST_LENGTH);
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
