/** A script: what happens to the machines, step by step, as fast-check makes it up, and in words. */
import * as fc from 'fast-check';
import { MINUTE } from '../../support/tick-kit.ts';
import { SERVICES } from './services.ts';
import { WAYS } from './workloads.ts';

const ACTIONS = {
  // The schedule, and its deliveries that go astray.
  next: 6,
  again: 3,
  older: 1,
  ahead: 1,
  'a day later': 1,
  unfilled: 1,
  // Who goes on.
  go: 16,
  drain: 5,
  'as far as the end of a run': 7,
  // Operators.
  'run once': 2,
  'run once by force': 1,
  pause: 1,
  'pause for a while': 1,
  resume: 1,
  status: 1,
  // Faults.
  'lose request': 3,
  'lose answer': 5,
  'delay request': 3,
  land: 2,
  throttle: 2,
  'throttle all': 1,
  'server error': 3,
  crash: 4,
  'crash, request under way': 1,
  stop: 1,
  jump: 2,
  redeploy: 1,
  // Time.
  pass: 5,
  freeze: 2,
} as const;

export type ActionName = keyof typeof ACTIONS;

/** One thing that happens; `pick` says to whom, and how much. */
export interface Action {
  readonly name: ActionName;
  readonly pick: number;
}

export interface Script {
  /** Which services there are. */
  readonly services: readonly number[];
  readonly machines: number;
  /** Whether the database returns the item that refused a write. */
  readonly returnsOldItem: boolean;
  /** How likely a workload is to fail, in sixths. */
  readonly failing: number;
  readonly actions: readonly Action[];
}

const action: fc.Arbitrary<Action> = fc.record({
  name: fc.oneof(
    ...Object.entries(ACTIONS).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as ActionName) })),
  ),
  pick: fc.nat({ max: 999 }),
});

export const script: fc.Arbitrary<Script> = fc.record({
  services: fc.uniqueArray(fc.nat({ max: SERVICES.length - 1 }), { minLength: 1, maxLength: SERVICES.length }),
  machines: fc.integer({ min: 2, max: 4 }),
  returnsOldItem: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  failing: fc.constantFrom(0, 1, 3, 5),
  actions: fc.array(action, { minLength: 10, maxLength: 90, size: 'max' }),
});

/** How far a clock may be off after a jump, in milliseconds. */
export const JUMPS: readonly number[] = [0, 5 * MINUTE, -5 * MINUTE, 4_000, -4_000, MINUTE, -MINUTE, 20_000];
/** How far time goes at once. */
export const PASSAGES: readonly number[] = [500, 10_000, 46_000, MINUTE, 3 * MINUTE, 6 * MINUTE, 16 * MINUTE];

/** What a machine's workloads do, from a pick: the way's place, or 0 for the one that succeeds. */
export function wayOf(pick: number, failing: number): number {
  return pick % 6 < failing ? 1 + (Math.floor(pick / 6) % (WAYS.length - 1)) : 0;
}

/** The script in words a person can read. */
export function worded({ services, machines, returnsOldItem, failing, actions }: Script): string {
  const names = services.map((place) => SERVICES[place]?.name).join(', ');
  const database = returnsOldItem ? 'returns the item that refused a write' : 'keeps refused items to itself';
  return [
    `services ${names}; ${machines} machines; the database ${database}; ${failing} in 6 runs don't simply succeed`,
    ...actions.map(({ name, pick }, nth) => `${String(nth + 1).padStart(3)}. ${name} (${pick})`),
  ].join('\n');
}
