/** Randomness for tests: what is drawn stands in a script. */
import type { Random } from '../time/index.ts';

/**
 * Randomness that gives `draws` one after the other, again from the first after the last, and identifiers that count up from 1.
 * @throws RangeError if there is no draw, or one outside [0, 1)
 */
export function scriptedRandom(draws: readonly number[] = [0.5]): Random {
  const [first] = draws;
  if (first === undefined || draws.some((draw) => !(draw >= 0 && draw < 1))) {
    throw new RangeError(`draws: expected numbers from 0 to below 1, at least one, got [${draws.join(', ')}]`);
  }
  let drawn = 0;
  let ids = 0;
  return {
    draw: () => draws[drawn++ % draws.length] ?? first,
    id: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
  };
}
