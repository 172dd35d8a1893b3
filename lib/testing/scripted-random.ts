/** Randomness for tests: the draws are given in advance. */
import type { Random } from '../time/index.ts';

let scripts = 0;

/**
 * Randomness that returns `draws` in order, again and again, and identifiers that count up from 1. The identifiers of
 * different scripts differ, so that two processes of a test never have the same one.
 * @throws RangeError if there is no draw, or one outside [0, 1)
 */
export function scriptedRandom(draws: readonly number[] = [0.5]): Random {
  const [first] = draws;
  if (first === undefined || draws.some((draw) => !(draw >= 0 && draw < 1))) {
    throw new RangeError(`draws: expected numbers from 0 to below 1, at least one, got [${draws.join(', ')}]`);
  }
  const script = String(++scripts).padStart(6, '0');
  let drawn = 0;
  let ids = 0;
  return {
    draw: () => draws[drawn++ % draws.length] ?? first,
    id: () => `00000000-0000-4000-8000-${script}${String(++ids).padStart(6, '0')}`,
  };
}
