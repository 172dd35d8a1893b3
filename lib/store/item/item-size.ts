/**
 * The size of the state item. DynamoDB bills a write per started kilobyte, so the item always stays within one: a
 * commit drops the oldest runs of the history so that the item fits even with a lease and the largest pause added to
 * it.
 */
import type { Pause, ServiceState } from '../../rules/index.ts';
import { cut } from '../../text/index.ts';
import { committedAttributes, leaseAttributes, pauseAttributes } from './state-item.ts';
import { stateKey } from './table.ts';
import type { Item } from './validate-item.ts';
import { VERSION } from './version.ts';

/** One write unit, in bytes. */
export const LARGEST_ITEM = 1_024;
/** Room for the texts of a pause, in bytes of UTF-8. */
const PAUSE_REASON_BYTES = 120;
const PAUSE_BY_BYTES = 32;

/** The pause, its texts cut to their room. */
export function fittedPause(pause: Pause): Pause {
  return { ...pause, reason: cut(pause.reason, PAUSE_REASON_BYTES), by: cut(pause.by, PAUSE_BY_BYTES) };
}

/** A state that fits into the item, and the attributes that a commit of it writes. */
export interface FittedState {
  readonly state: ServiceState;
  readonly attributes: Item;
}

/**
 * The state with as many of the newest runs as fit into the item at its largest: under a lease, and paused with the
 * longest texts. If it doesn't fit without any run, the cause of its halt is cut.
 */
export function fitState(service: string, state: ServiceState): FittedState {
  const attributes = committedAttributes(state);
  const { failuresSince: _counted, ...others } = attributes;
  const excess = LARGEST_WITHOUT_COMMIT + bytes(service) + itemSize(others) - LARGEST_ITEM;
  return excess <= 0 ? { state, attributes } : shorten(state, excess);
}

function shorten(state: ServiceState, excess: number): FittedState {
  const { runs: history } = committedAttributes(state);
  // The history is ASCII, a character a byte: the runs up to the first space from there on are enough.
  const end = history?.indexOf(' ', excess - 1) ?? -1;
  if (history !== undefined && end >= 0) {
    const dropped = history.slice(0, end + 1).split(' ').length - 1;
    return asFitted({ ...state, runs: state.runs.slice(dropped) });
  }
  const { halt } = state;
  const left = excess - (history === undefined ? 0 : 'runs'.length + history.length);
  if (left <= 0 || halt === undefined) return asFitted({ ...state, runs: [] });
  const cause = cut(halt.cause, Math.max(0, bytes(halt.cause) - left));
  return asFitted({ ...state, runs: [], halt: { ...halt, cause } });
}

function asFitted(state: ServiceState): FittedState {
  return { state, attributes: committedAttributes(state) };
}

const LONGEST_COUNT = 999_999_999;
const LONGEST_INSTANT = 9_999_999_999_999;
/**
 * The last instant that ISO 8601 writes with four digits of a year: the latest end of a pause that a person can ask
 * for.
 */
const LAST_WRITTEN_INSTANT = 253_402_300_799_999;

/** The largest that the attributes can be which a commit doesn't write, for a service whose name has no length. */
const LARGEST_WITHOUT_COMMIT = itemSize({
  ...stateKey(''),
  v: VERSION,
  fence: LONGEST_COUNT,
  done: LONGEST_COUNT,
  epoch: LONGEST_COUNT,
  // A resume sets it on any state.
  failuresSince: LONGEST_COUNT,
  ...leaseAttributes({ owner: 'o'.repeat(12), until: LONGEST_INSTANT, tick: LONGEST_INSTANT }),
  ...pauseAttributes({
    at: LONGEST_INSTANT,
    until: LAST_WRITTEN_INSTANT,
    reason: 'r'.repeat(PAUSE_REASON_BYTES),
    by: 'b'.repeat(PAUSE_BY_BYTES),
  }),
});

/**
 * An item's size as DynamoDB counts it, in bytes: names and text in UTF-8, a number as half its significant digits,
 * rounded up, plus one.
 */
export function itemSize(item: Item): number {
  return Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .reduce(
      (size, [name, value]) =>
        size + bytes(name) + (typeof value === 'number' ? numberSize(value) : bytes(String(value))),
      0,
    );
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

function numberSize(value: number): number {
  const digits = String(Math.abs(value)).replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}
