import type { Random } from '../time/index.ts';

let scripts = 0;

/**
 * Random numbers for tests: `draw` returns the numbers of `draws` in order, again and again; `id` counts up from 1. Two
 * results of this function never return the same id.
 * @throws RangeError if `draws` is empty or contains a number outside [0, 1)
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
