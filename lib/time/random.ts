/** The source of randomness, which code gets as a parameter, so that tests can replace it. */
import { randomUUID } from 'node:crypto';

/** A source of random numbers and identifiers. */
export interface Random {
  /** A random number from 0 up to, but not including, 1. */
  draw(): number;
  /** A unique identifier: a UUID of 36 characters. */
  id(): string;
}

/** The {@link Random} outside of tests: `Math.random` and random UUIDs. */
export const systemRandom: Random = Object.freeze({ draw: () => Math.random(), id: () => randomUUID() });
