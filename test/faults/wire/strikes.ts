/** The faults, and where on a tick's way they strike. */
import type { Call } from './calls.ts';

/**
 * What happens to a request, or to who sent it. `before`: it never reaches the database. `after`: it does, and the
 * answer is hit. Held ones are passed on when the suite says so, long after the client gave up: behind later writes.
 * `paused` and `resumed` are an operator's doing. A rival is another delivery of the same tick, whose requests for the
 * lease are all lost, so that it gives back what it never had.
 */
export const MANNERS = [
  'killed before',
  'killed after',
  'frozen before',
  'frozen after',
  'request lost',
  'answer lost',
  'answer cut',
  'answer slow',
  'request held',
  'request repeated',
  'failed before',
  'failed after',
  'throttled',
  'paused before',
  'resumed before',
  'rival runs before',
] as const;
export type Manner = (typeof MANNERS)[number];

/**
 * Where a fault can strike: calls of the store, and a run's own words to the ledger, at which it is killed or frozen.
 */
export type Place = 'acquire' | 'putRun' | 'commit' | 'start' | 'end';

/** One fault to come: it strikes the next requests of that kind of that client. */
export interface Strike {
  readonly place: Place;
  readonly manner: Manner;
  readonly client: string;
  /** How many requests it strikes: the client sends three before it gives up. */
  left: number;
  /** How often it has struck. */
  struck: number;
}

/** Every fault there is: each manner at each call, a kill or a freeze in the run itself. */
export const FAULTS: readonly (readonly [place: Place, manner: Manner])[] = [
  ...(['acquire', 'putRun', 'commit'] as const).flatMap((place) => MANNERS.map((manner) => [place, manner] as const)),
  ['start', 'killed before'],
  ['start', 'killed after'],
  ['start', 'frozen after'],
  ['end', 'killed before'],
  ['end', 'killed after'],
  ['start', 'paused before'],
  ['start', 'resumed before'],
  ['start', 'rival runs before'],
];

/** A fault's name in the table. */
export function faultName(place: Place, manner: Manner): string {
  return `${WORDS[place]} ${manner}`;
}

const WORDS: Readonly<Record<Place, string>> = {
  acquire: 'acquire:',
  commit: 'commit:',
  putRun: 'record:',
  start: "run's start:",
  end: "run's end:",
};

/** The strike that is to come there, if one is; it is taken off its count. */
export function strikeAt(strikes: readonly Strike[], place: Place | Call, client: string): Strike | undefined {
  const strike = strikes.find((one) => one.place === place && one.client === client && one.left > 0);
  if (strike === undefined) return undefined;
  strike.left -= 1;
  strike.struck += 1;
  return strike;
}

/** Numbers that are the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
