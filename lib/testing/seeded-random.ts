/** Randomness for tests that follows from a seed. */
import { createHash } from 'node:crypto';
import type { Random } from '../time/index.ts';

/**
 * Randomness whose numbers and identifiers follow from `seed`: two results of this function with the same seed return
 * the same ones in the same order.
 */
export function seededRandom(seed: number): Random {
  let drawn = 0;
  const next = () => createHash('sha256').update(`${seed} ${drawn++}`).digest();
  return {
    draw: () => next().readUIntBE(0, 6) / 2 ** 48,
    id() {
      const hex = next().toString('hex');
      // The digits `4` and `8` mark a UUID as a random one.
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `4${hex.slice(13, 16)}`,
        `8${hex.slice(17, 20)}`,
        hex.slice(20, 32),
      ].join('-');
    },
  };
}
