/**
 * The size of the hot item. A write costs per started kilobyte, so the item stays within one whatever happens: a commit
 * drops the oldest runs of the ring so that the item fits even with a lease and the largest pause added to it.
 */

import type { Pause, ServiceState } from '../../rules/index.ts';
import { cut } from '../../text/index.ts';
import { committedAttributes, leaseAttributes, pauseAttributes } from './state-item.ts';
import { stateKey } from './table.ts';
import type { Item } from './validate-item.ts';
import { VERSION } from './version.ts';

/** One write unit, in bytes. */
export const LARGEST_ITEM = 1_024;
/** Room for a pause's words, in bytes of UTF-8. */
const PAUSE_REASON_BYTES = 120;
const PAUSE_BY_BYTES = 32;

/** The pause with its words cut to the room they have. */
export function fittedPause(pause: Pause): Pause {
  return { ...pause, reason: cut(pause.reason, PAUSE_REASON_BYTES), by: cut(pause.by, PAUSE_BY_BYTES) };
}

/** The state with as many of the newest runs as fit, and where not even none would do, with less of the halt's cause. */
export function fitted(service: string, state: ServiceState): ServiceState {
  let runs = state.runs;
  while (runs.length > 0 && largestSize(service, { ...state, runs }) > LARGEST_ITEM) runs = runs.slice(1);
  const excess = largestSize(service, { ...state, runs }) - LARGEST_ITEM;
  if (excess <= 0 || state.halt === undefined) return { ...state, runs };
  const { cause } = state.halt;
  return { ...state, runs, halt: { ...state.halt, cause: cut(cause, Math.max(0, bytes(cause) - excess)) } };
}

/** The item at its largest until the next commit: under lease, paused with the longest words. */
function largestSize(service: string, state: ServiceState): number {
  return itemSize({
    ...stateKey(service),
    v: VERSION,
    fence: LONGEST_COUNT,
    done: LONGEST_COUNT,
    epoch: LONGEST_COUNT,
    ...committedAttributes(state),
    // A resume sets it on any state.
    failuresSince: LONGEST_COUNT,
    ...leaseAttributes({ owner: 'o'.repeat(12), until: LONGEST_INSTANT, tick: LONGEST_INSTANT }),
    ...pauseAttributes(LONGEST_PAUSE),
  });
}

const LONGEST_COUNT = 999_999_999;
const LONGEST_INSTANT = 9_999_999_999_999;
/** The last instant that ISO 8601 writes with four digits of a year: what a person may name as a pause's end. */
const LAST_WRITTEN_INSTANT = 253_402_300_799_999;
const LONGEST_PAUSE: Pause = {
  at: LONGEST_INSTANT,
  until: LAST_WRITTEN_INSTANT,
  reason: 'r'.repeat(PAUSE_REASON_BYTES),
  by: 'b'.repeat(PAUSE_BY_BYTES),
};

/** An item's size as DynamoDB counts it: names and text in UTF-8, a number as half its significant digits, rounded up, plus one. */
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
  return new TextEncoder().encode(text).length;
}

function numberSize(value: number): number {
  const digits = String(Math.abs(value)).replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}
