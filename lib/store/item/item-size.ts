/**
 * Keeps the state item within one kilobyte, since DynamoDB bills a write for each started kilobyte. A commit drops the
 * oldest runs of the run history so that the item still fits when a lease and a pause of the largest size are added
 * later.
 */
import type { Pause, ServiceState } from '../../rules/index.ts';
import { cut } from '../../text/index.ts';
import { committedAttributes, leaseAttributes, pauseAttributes } from './state-item.ts';
import { stateKey } from './table.ts';
import type { Item } from './validate-item.ts';
import { VERSION } from './version.ts';

/** The largest size of a state item in bytes: that of one write unit of DynamoDB. */
export const LARGEST_ITEM = 1_024;
/** The largest size of the reason of a pause, in bytes of UTF-8. */
const PAUSE_REASON_BYTES = 120;
const PAUSE_BY_BYTES = 32;

/** The pause with `reason` and `by` cut to their largest sizes. */
export function fittedPause(pause: Pause): Pause {
  return { ...pause, reason: cut(pause.reason, PAUSE_REASON_BYTES), by: cut(pause.by, PAUSE_BY_BYTES) };
}

/** A state whose item fits into one write unit, and the attributes that a commit of this state writes. */
export interface FittedState {
  readonly state: ServiceState;
  readonly attributes: Item;
}

/**
 * The state with as many runs of its run history, the newest ones, as fit into the item even when a lease and a pause
 * with the longest texts are added to it. If the state doesn't fit even without runs, the cause of its halt is cut.
 */
export function fitState(service: string, state: ServiceState): FittedState {
  const attributes = committedAttributes(state);
  const { failuresSince: _counted, ...others } = attributes;
  const excess = LARGEST_WITHOUT_COMMIT + bytes(service) + itemSize(others) - LARGEST_ITEM;
  return excess <= 0 ? { state, attributes } : shorten(state, excess);
}

function shorten(state: ServiceState, excess: number): FittedState {
  const { runs: history } = committedAttributes(state);
  // The run history is ASCII text, so one character is one byte, and runs are separated by spaces. Dropping the runs up
  // to the first space from `excess - 1` on removes at least `excess` bytes.
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

const LONGEST_WRITTEN_COUNT = 999_999_999;
const LONGEST_WRITTEN_INSTANT = 9_999_999_999_999;
/**
 * The latest end of a pause that a person can give: the last instant that ISO 8601 writes with a year of four digits.
 */
const LAST_WRITTEN_INSTANT = 253_402_300_799_999;

/** The largest size of the attributes that a commit doesn't write, in bytes, for a service whose name is empty. */
const LARGEST_WITHOUT_COMMIT = itemSize({
  ...stateKey(''),
  v: VERSION,
  fence: LONGEST_WRITTEN_COUNT,
  done: LONGEST_WRITTEN_COUNT,
  epoch: LONGEST_WRITTEN_COUNT,
  // `failuresSince` is counted here, although a commit can write it: a later resume may add it to any state.
  failuresSince: LONGEST_WRITTEN_COUNT,
  ...leaseAttributes({ owner: 'o'.repeat(12), until: LONGEST_WRITTEN_INSTANT, tick: LONGEST_WRITTEN_INSTANT }),
  ...pauseAttributes({
    at: LONGEST_WRITTEN_INSTANT,
    until: LAST_WRITTEN_INSTANT,
    reason: 'r'.repeat(PAUSE_REASON_BYTES),
    by: 'b'.repeat(PAUSE_BY_BYTES),
  }),
});

/**
 * The size of an item in bytes, as DynamoDB counts it: names and texts in UTF-8; a number as half its significant
 * digits, rounded up, plus one.
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
