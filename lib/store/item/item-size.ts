/**
 * Keeps the state item within one kilobyte, since DynamoDB bills a write by started kilobytes. A commit drops the
 * oldest runs of the run history, until the item has room for a lease and a pause of the largest size.
 */
import type { Pause, ServiceState } from '../../rules/index.ts';
import { cut } from '../../text/index.ts';
import { committedAttributes, leaseAttributes, pauseAttributes } from './state-item.ts';
import { stateKey } from './table.ts';
import type { Item } from './validate-item.ts';
import { VERSION } from './version.ts';

/** The largest size of a state item in bytes, which DynamoDB bills as one write unit. */
export const LARGEST_ITEM = 1_024;
const PAUSE_REASON_BYTES = 120;
const PAUSE_BY_BYTES = 32;

/** The pause with `reason` and `by` cut to 120 and 32 bytes. */
export function fittedPause(pause: Pause): Pause {
  return { ...pause, reason: cut(pause.reason, PAUSE_REASON_BYTES), by: cut(pause.by, PAUSE_BY_BYTES) };
}

/** A state that fits into its item, and the attributes that a commit of this state writes. */
export interface FittedState {
  readonly state: ServiceState;
  readonly attributes: Item;
}

/**
 * The state with as many of the newest runs of its run history as the item has room for, beside a lease and a pause of
 * the largest size. If there is no room for any run, the cause of a halt is cut too.
 */
export function fitState(service: string, state: ServiceState): FittedState {
  const attributes = committedAttributes(state);
  const { failuresSince: _counted, ...others } = attributes;
  const excess = LARGEST_WITHOUT_COMMIT + bytes(service) + itemSize(others) - LARGEST_ITEM;
  return excess <= 0 ? { state, attributes } : shorten(state, excess);
}

function shorten(state: ServiceState, excess: number): FittedState {
  const { runs: history } = committedAttributes(state);
  // The run history is ASCII text, so one character is one byte. Dropping the runs up to the first space from `excess -
  // 1` on removes at least `excess` bytes.
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
/** The latest end of a pause that a person can write: the last instant with a year of four digits. */
const LAST_WRITTEN_INSTANT = 253_402_300_799_999;

/**
 * The largest size, in bytes, of the attributes that a commit doesn't write. The name of the service is not counted.
 */
const LARGEST_WITHOUT_COMMIT = itemSize({
  ...stateKey(''),
  v: VERSION,
  fence: LONGEST_WRITTEN_COUNT,
  done: LONGEST_WRITTEN_COUNT,
  epoch: LONGEST_WRITTEN_COUNT,
  // `failuresSince` is counted here, since a later resume may add this attribute to any state.
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
 * The size of an item in bytes, by DynamoDB's rules: names and texts in UTF-8; a number as half its significant digits,
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
