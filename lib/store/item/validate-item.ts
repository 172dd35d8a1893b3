/**
 * Checks a state item by strict rules, since a state that is read wrongly would forget failures or run a tick twice.
 *
 *   1. Single attributes: each has its type and range: a count of 0 or more, an instant that a date can express, text
 *      of at most a kilobyte.
 *   2. Groups: a lease has an end and an owner; a halt and a pause have a start.
 *   3. Order: `done` and `failuresSince` are at most `fence`, and `lastTick` is no older than the newest tick in
 *      `runs`.
 *   4. Clock: no tick and no lease is more than an hour in the future, and no halt or backoff ends more than two years
 *      in the future. Such an instant would make every later tick `late`, or the lease endless.
 *
 * A missing attribute is read as if the service never had it. Attributes that this code doesn't know are valid, since
 * newer code may have added them.
 */
import { parseRunHistory, type RunEntry } from '../../rules/index.ts';
import { DAY, HOUR, LAST_INSTANT, toIso } from '../../time/index.ts';

/** An item of the state table as the document client returns it. */
export type Item = Readonly<Record<string, unknown>>;

/** A damaged attribute: its name, and in words the values that would be valid. */
export interface Fault {
  readonly attribute: string;
  readonly expected: string;
}

type AttributeKind = 'count' | 'instant' | 'text';

/** The kind of every attribute of a state item except the keys and the version. Faults are listed in this order. */
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

export type ValidItem = Readonly<Record<'fence' | 'done', number>> & {
  readonly [Name in keyof typeof ATTRIBUTES]?: (typeof ATTRIBUTES)[Name] extends 'text' ? string : number;
};

/** The largest valid value of a counter such as `fence`, which no service reaches. */
export const LARGEST_VALID_COUNT = 1e15;
/** The largest valid text in bytes: no text is larger than a whole state item. */
const LARGEST_TEXT = 1_024;

/** How far in the future `notBefore` and `haltUntil` may be, in milliseconds: twice the longest interval. */
const TWO_YEARS = 2 * 366 * DAY;
/**
 * How far in the future each of these attributes may be. An hour is twice the longest lease, to allow for clocks that
 * differ.
 */
const FARTHEST_AHEAD: readonly (readonly [attribute: string, ms: number, words: string])[] = [
  ['leaseUntil', HOUR, 'an hour'],
  ['leaseTick', HOUR, 'an hour'],
  ['lastTick', HOUR, 'an hour'],
  ['notBefore', TWO_YEARS, 'two years'],
  ['haltUntil', TWO_YEARS, 'two years'],
];

/** The faults of an item (empty if it is valid), and its run history (empty if it is damaged). */
export interface ValidatedItem {
  readonly faults: readonly Fault[];
  readonly runs: readonly RunEntry[];
}

/**
 * Finds the faults of a state item; its version is not checked.
 * @param now if given, an instant too far ahead of `now` (see FARTHEST_AHEAD) is a fault
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
  // The groups are checked on the whole item: a damaged attribute still shows that another attribute of its group is
  // missing.
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
 * The groups of attributes: if any of `others` is present, `attribute` must be present. `kind` is the valid value of
 * `attribute` in words.
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
 * The due time of the newest tick in the run history; `undefined` if there is none. Manual and crashed runs are left
 * out, since their `at` is no due time.
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
