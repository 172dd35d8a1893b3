/**
 * What makes a stored item sound. Reading is strict, since a state that was read wrongly would be forgiven failures or run twice:
 *
 *   1. An attribute has its type and its range: a count from 0, an instant that a date can tell, text of no more than a kilobyte.
 *   2. What is written together stands together: a lease has its end and its owner, a halt and a pause have their beginning. Half a
 *      halt would be a halt forgotten.
 *   3. What can't overtake hasn't: `done` and `failuresSince` are up to `fence`, `lastTick` is not older than a tick that `runs` tells of.
 *   4. Beside a clock: no tick or lease is an hour ahead of it, no wait two years. A clock that once ran mad would otherwise have made
 *      every later tick late, or the lease endless, without anybody being told.
 *
 * An attribute that is absent says what it says of a service that never had it; there is no telling that it was lost. What a newer
 * writer added is nobody's business here.
 */
import { parseRunHistory, type RunEntry } from '../../rules/index.ts';
import { DAY, LAST_INSTANT, MINUTE, toIso } from '../../time/index.ts';

/** An item as the document client gives it. */
export type Item = Readonly<Record<string, unknown>>;

/** What is wrong with an item: the attribute, and what should stand there. */
export interface Fault {
  readonly attribute: string;
  readonly expected: string;
}

type Kind = 'count' | 'instant' | 'text';

/** Every attribute beside the keys and the version, in the order in which faults are told. */
export const ATTRIBUTES: Readonly<Record<string, Kind>> = {
  fence: 'count',
  done: 'count',
  epoch: 'count',
  leaseUntil: 'instant',
  leaseOwner: 'text',
  leaseTick: 'instant',
  lastTick: 'instant',
  lastSuccess: 'instant',
  notBefore: 'instant',
  haltAt: 'instant',
  haltUntil: 'instant',
  haltBuild: 'text',
  haltCause: 'text',
  pauseAt: 'instant',
  pauseUntil: 'instant',
  pauseReason: 'text',
  pauseBy: 'text',
  record: 'text',
  backoffCount: 'count',
  streak: 'count',
  failuresSince: 'count',
  runs: 'text',
  cursor: 'text',
};

/** Far above what a service can count, and far below where whole numbers end. */
const MOST_COUNTED = 1e15;
/** The hot item is no larger, so no text in it is. */
const MOST_BYTES = 1_024;

/** The longest that a lease or a tick can lie ahead of a clock that is right: Lambda's 15 minutes, a margin of 15, and clocks that disagree. */
const HOUR = 60 * MINUTE;
/** Twice the longest interval, restart or backoff. */
const TWO_YEARS = 2 * 366 * DAY;
const FARTHEST_AHEAD: Readonly<Record<string, readonly [ms: number, words: string]>> = {
  leaseUntil: [HOUR, 'an hour'],
  leaseTick: [HOUR, 'an hour'],
  lastTick: [HOUR, 'an hour'],
  notBefore: [TWO_YEARS, 'two years'],
  haltUntil: [TWO_YEARS, 'two years'],
};

/**
 * Everything that is wrong with an item of today's version, the version left aside; nothing for a sound one.
 * @param now where given, instants are held against it
 */
export function faultsOf(item: Item, now?: number): readonly Fault[] {
  const alone = Object.entries(ATTRIBUTES).flatMap(([attribute, kind]) => {
    const expected = expectedAlone(attribute, kind, item[attribute]);
    return expected === undefined ? [] : [{ attribute, expected }];
  });
  const broken = new Set(alone.map(({ attribute }) => attribute));
  const sound = Object.fromEntries(Object.entries(item).filter(([attribute]) => !broken.has(attribute)));
  // A half that is broken itself still tells that the other was there.
  const together = [...halves(item), ...overtaken(sound), ...(now === undefined ? [] : ahead(sound, now))];
  return [...alone, ...together.filter(({ attribute }) => !broken.has(attribute))];
}

function expectedAlone(attribute: string, kind: Kind, value: unknown): string | undefined {
  const isRequired = attribute === 'fence' || attribute === 'done';
  if (value === undefined) return isRequired ? 'a whole number' : undefined;
  if (kind === 'text') return expectedText(attribute, value);
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'a whole number';
  if (kind === 'count') return value >= 0 && value <= MOST_COUNTED ? undefined : 'a count from 0';
  return isInstant(value) ? undefined : 'epoch milliseconds';
}

/** Whether a date can tell it. */
export function isInstant(value: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value) <= LAST_INSTANT;
}

function expectedText(attribute: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'text';
  if (new TextEncoder().encode(value.slice(0, MOST_BYTES + 1)).length > MOST_BYTES)
    return `text of up to ${MOST_BYTES} bytes`;
  if (attribute === 'record' && !/^[01]{0,64}$/.test(value)) return 'up to 64 of 0 and 1';
  if (attribute === 'runs' && parseRunHistory(value) === undefined) return 'runs separated by a space';
  return undefined;
}

/** What each of these needs beside it. */
const BESIDE: readonly (readonly [attribute: string, kind: string, ...others: string[]])[] = [
  ['leaseUntil', 'a whole number', 'leaseOwner', 'leaseTick'],
  ['leaseOwner', 'text', 'leaseUntil', 'leaseTick'],
  ['haltAt', 'a whole number', 'haltUntil', 'haltBuild', 'haltCause'],
  ['pauseAt', 'a whole number', 'pauseUntil', 'pauseReason', 'pauseBy'],
];

function halves(item: Item): Fault[] {
  return BESIDE.flatMap(([attribute, kind, ...others]) => {
    const other = others.find((name) => item[name] !== undefined);
    const isHalf = item[attribute] === undefined && other !== undefined;
    return isHalf ? [{ attribute, expected: `${kind} beside ${other}` }] : [];
  });
}

function overtaken(item: Item): Fault[] {
  const { fence, done, failuresSince, lastTick, runs } = item;
  const faults: Fault[] = [];
  if (isAbove(done, fence)) faults.push({ attribute: 'done', expected: `up to fence (${fence})` });
  if (isAbove(failuresSince, fence)) faults.push({ attribute: 'failuresSince', expected: `up to fence (${fence})` });
  const newest = newestTick(typeof runs === 'string' ? (parseRunHistory(runs) ?? []) : []);
  const isOlder = lastTick === undefined ? newest !== undefined : isAbove(newest, Math.max(0, Number(lastTick)));
  if (isOlder) faults.push({ attribute: 'lastTick', expected: `at least ${newest}, the newest tick in runs` });
  return faults;
}

function isAbove(value: unknown, bound: unknown): boolean {
  return typeof value === 'number' && typeof bound === 'number' && value > bound;
}

/** The newest tick that the ring tells of: a run by hand has none, and of a crashed one it tells the booking. */
function newestTick(runs: readonly RunEntry[]): number | undefined {
  const ticks = runs.filter(({ outcome, manual }) => !manual && outcome !== 'crashed').map(({ at }) => at);
  return ticks.length === 0 ? undefined : Math.max(...ticks);
}

function ahead(item: Item, now: number): Fault[] {
  return Object.entries(FARTHEST_AHEAD).flatMap(([attribute, [ms, words]]) => {
    const value = item[attribute];
    return isAbove(value, now + ms) ? [{ attribute, expected: `at most ${words} after now (${toIso(now)})` }] : [];
  });
}
