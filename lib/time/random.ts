/** Randomness, passed as a parameter like the clock, so that tests can replace it. */
import { randomUUID } from 'node:crypto';

/** The randomness that the code may use. */
export interface Random {
  /** A number in [0, 1). */
  draw(): number;
  /** A unique identifier: a UUID of 36 characters. */
  id(): string;
}

/** The randomness of the machine. */
export const systemRandom: Random = Object.freeze({ draw: () => Math.random(), id: () => randomUUID() });
