/** Randomness, handed in like the clock. */
import { randomUUID } from 'node:crypto';

/** The randomness that the code may use. */
export interface Random {
  /** A number in [0, 1). */
  draw(): number;
  /** A unique identifier: a UUID of 36 characters. */
  id(): string;
}

/** The machine's own randomness. */
export const systemRandom: Random = Object.freeze({ draw: () => Math.random(), id: () => randomUUID() });
