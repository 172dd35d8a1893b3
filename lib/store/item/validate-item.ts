/**
 * Checks the rules for a valid state item. They are strict, since a state that is read wrongly would forget failures or
 * run a tick twice.
 *
 *   1. Single attributes: each has its type and range: a count of 0 or more, an instant that a date can express, text
 *      of at most a kilobyte.
 *   2. Groups: a lease has an end and an owner; a halt and a pause have a start. An incomplete halt would not be read
 *      as a halt.
 *   3. Order: `done` and `failuresSince` are at most `fence`, and `lastTick` is no older than the newest tick in
 *      `runs`.
 *   4. Clock: no tick and no lease is more than an hour ahead of the clock of the reader, and no halt or backoff ends
 *      more than two years ahead. Otherwise a clock that was wrong once would make every later tick `late`, or the
 *      lease endless, and nobody would notice.
 *
 * A missing attribute is read as if the service never had it, since its loss can't be noticed. Attributes that this
 * code doesn't know are valid, since newer code may have added them.
 */
import { parseRunHistory, type RunEntry } from '../../rules/index.ts';
import { DAY, HOUR, LAST_INSTANT, toIso } from '../../time/index.ts';

/** An item of the state table as the document client returns it. */
export type Item = Readonly<Record<string, unknown>>;

/** The name of a damaged attribute, and the values that would be valid for it, in words. */
export interface Fault {
  readonly attribute: string;
  readonly expected: string;
}

type AttributeKind = 'count' | 'instant' | 'text';

/**
 * The kind of every attribute of a state item except the keys and the version, in the order in which faults are listed.
 */
export const ATTRIBUTES = {
  fence: 'count',
  done: 'count',
  epoch: 'count',
  leaseUntil: 'instant',
  leaseOwner: 'text',
  leaseTick: 'instant',
  lastTick: 'instant',
  lastSuccess: 'instant',
  notBefore: 'instant',
  notBeforeBuild: 'text',
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
} as const satisfies Readonly<Record<string, AttributeKind>>;

/** The attributes of a valid state item, with their types. */
export type ValidItem = Readonly<Record<'fence' | 'done', number>> & {
  readonly [Name in keyof typeof ATTRIBUTES]?: (typeof ATTRIBUTES)[Name] extends 'text' ? string : number;
};

/**
 * The largest valid value of a counter such as `fence`: far above any that a service reaches, and far below the largest
 * safe integer.
 */
export const LARGEST_VALID_COUNT = 1e15;
/** The largest valid text in bytes. No text is larger than a whole state item. */
const LARGEST_TEXT = 1_024;

/**
 * How far `notBefore` and `haltUntil` may be ahead of the clock of the reader, in milliseconds: twice the longest
 * interval, `restartAfter` or backoff.
 */
const TWO_YEARS = 2 * 366 * DAY;
/**
 * How far each of these attributes may be ahead of the clock of the reader. An hour is twice the longest lease: once
 * for the lease, and once for the difference between the clocks of two machines.
 */
const FARTHEST_AHEAD: readonly (readonly [attribute: string, ms: number, words: string])[] = [
  ['leaseUntil', HOUR, 'an hour'],
  ['leaseTick', HOUR, 'an hour'],
  ['lastTick', HOUR, 'an hour'],
  ['notBefore', TWO_YEARS, 'two years'],
  ['haltUntil', TWO_YEARS, 'two years'],
];

/** The faults of an item (empty if it is valid), and its parsed run history (empty if the history is damaged). */
export interface ValidatedItem {
  readonly faults: readonly Fault[];
  readonly runs: readonly RunEntry[];
}

/**
 * Finds the faults of a state item of version VERSION. The version itself is not checked.
 * @param now if given, instants that are farther ahead of `now` than FARTHEST_AHEAD allows are faults
 */
export function validateItem(item: Item, now?: number): ValidatedItem {
  const runs = runsIn(item['runs']);
  const alone = Object.entries(ATTRIBUTES).flatMap(([attribute, kind]) => {
    const isGarbled = attribute === 'runs' && runs === undefined;
    const expected =
      expectedAlone(attribute, kind, item[attribute]) ?? (isGarbled ? 'runs separated by a space' : undefined);
    return expected === undefined ? [] : [{ attribute, expected }];
  });
  const broken = new Set(alone.map(({ attribute }) => attribute));
  const valid = Object.fromEntries(Object.entries(item).filter(([attribute]) => !broken.has(attribute)));
  // The groups are checked with the damaged attributes included: a damaged attribute still shows that another attribute
  // of its group is missing.
  const together = [...halves(item), ...overtaken(valid, runs ?? []), ...(now === undefined ? [] : ahead(valid, now))];
  const faults = [...alone, ...together.filter(({ attribute }) => !broken.has(attribute))];
  return { faults, runs: runs ?? [] };
}

function runsIn(history: unknown): readonly RunEntry[] | undefined {
  if (history === undefined) return [];
  return typeof history === 'string' && isShort(history) ? parseRunHistory(history) : undefined;
}

function isShort(text: string): boolean {
  return Buffer.byteLength(text) <= LARGEST_TEXT;
}

function expectedAlone(attribute: string, kind: AttributeKind, value: unknown): string | undefined {
  const isRequired = attribute === 'fence' || attribute === 'done';
  if (value === undefined) return isRequired ? 'a whole number' : undefined;
  if (kind === 'text') return expectedText(attribute, value);
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'a whole number';
  if (kind === 'count') return value >= 0 && value <= LARGEST_VALID_COUNT ? undefined : 'a count from 0';
  return Math.abs(value) <= LAST_INSTANT ? undefined : 'epoch milliseconds';
}

function expectedText(attribute: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'text';
  if (!isShort(value)) return `text of up to ${LARGEST_TEXT} bytes`;
  return attribute === 'record' && !/^[01]{0,64}$/.test(value) ? 'up to 64 of 0 and 1' : undefined;
}

/**
 * The groups of attributes. If any of `others` is present, `attribute` must be present too; `kind` says in words what
 * its value must be.
 */
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

function overtaken({ fence, done, failuresSince, lastTick }: Item, runs: readonly RunEntry[]): Fault[] {
  const faults: Fault[] = [];
  if (isAbove(done, fence)) faults.push({ attribute: 'done', expected: `up to fence (${fence})` });
  if (isAbove(failuresSince, fence)) faults.push({ attribute: 'failuresSince', expected: `up to fence (${fence})` });
  const newest = newestTick(runs);
  const isOlder = lastTick === undefined ? newest !== undefined : isAbove(newest, Math.max(0, Number(lastTick)));
  if (isOlder) faults.push({ attribute: 'lastTick', expected: `at least ${newest}, the newest tick in runs` });
  return faults;
}

function isAbove(value: unknown, bound: unknown): boolean {
  return typeof value === 'number' && typeof bound === 'number' && value > bound;
}

/**
 * The newest tick in the run history; `undefined` if it contains none. A manual run has no tick, and `at` of a crashed
 * run is the time when it was counted, so both are left out.
 */
function newestTick(runs: readonly RunEntry[]): number | undefined {
  const ticks = runs.filter(({ outcome, manual }) => !manual && outcome !== 'crashed').map(({ at }) => at);
  return ticks.length === 0 ? undefined : Math.max(...ticks);
}

function ahead(item: Item, now: number): Fault[] {
  return FARTHEST_AHEAD.filter(([attribute, ms]) => isAbove(item[attribute], now + ms)).map(([attribute, , words]) => ({
    attribute,
    expected: `at most ${words} after now (${toIso(now)})`,
  }));
}
