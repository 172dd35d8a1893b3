/**
 * Plays a policy through a line of outcomes, one letter each: S succeeded, F failed, X fatal, T timed out, C crashed.
 */

import {
  firstLoopState,
  type LoopState,
  type Outcome,
  type Policy,
  step,
  type Verdict,
} from '../../lib/rules/index.ts';
import type { ErrorSummary } from '../../lib/text/index.ts';

/** What a step concluded, and what it left. */
export interface Played {
  readonly verdict: Verdict;
  readonly state: LoopState;
  readonly report: readonly string[];
}

const KINDS = { F: 'failed', X: 'fatal', T: 'timed-out', C: 'crashed' } as const;

/** Failure number `at`; of failed runs those of the same letter are of the same class. */
export function failure(at: number, errorClass = 'ECONNREFUSED'): ErrorSummary {
  return { at, errorClass, message: `number ${at}`, text: `${errorClass}: number ${at}` };
}

/** The outcome that a letter stands for. */
export function outcome(letter: string, at = 0): Outcome {
  if (letter === 'S') return { kind: 'succeeded' };
  if (!(letter in KINDS)) throw new RangeError(`letter: expected one of SFXTC, got ${letter}`);
  return { kind: KINDS[letter as keyof typeof KINDS], failure: failure(at) };
}

/** Each step of the line in turn. */
export function play(policy: Policy, letters: string, from: LoopState = firstLoopState(policy)): Played[] {
  let state = from;
  return [...letters].map((letter, at) => {
    const played = step(policy, state, outcome(letter, at));
    state = played.state;
    return played;
  });
}

const VERDICTS: Readonly<Record<Verdict, string>> = { steady: '.', recovered: 'r', 'backing-off': 'b', halted: 'H' };

/** The verdicts of a line: `.` steady, `r` recovered, `b` backing off, `H` halted. */
export function verdicts(policy: Policy, letters: string, from?: LoopState): string {
  return play(policy, letters, from)
    .map(({ verdict }) => VERDICTS[verdict])
    .join('');
}

/** The state after a line. */
export function stateAfter(policy: Policy, letters: string, from?: LoopState): LoopState {
  return play(policy, letters, from).at(-1)?.state ?? from ?? firstLoopState(policy);
}

/** A track record as it is written: 1 for success. */
export function bits(trackRecord: readonly boolean[]): string {
  return trackRecord.map(Number).join('');
}
