/** Randomness, passed as a parameter like the clock, so that tests can replace it. */
import { randomUUID } from 'node:crypto';

/** The source of all random numbers and identifiers. Code gets it as a parameter, so that tests can replace it. */
export interface Random {
  /** A random number from 0 up to, but not including, 1. */
  draw(): number;
  /** A unique identifier: a UUID of 36 characters. */
  id(): string;
}

/** The {@link Random} of real use: `Math.random` and random UUIDs. */
export const systemRandom: Random = Object.freeze({ draw: () => Math.random(), id: () => randomUUID() });
