import { randomUUID } from 'node:crypto';

/** A source of random numbers and identifiers, which tests replace. */
export interface Random {
  /** A random number from 0 up to, but not including, 1. */
  draw(): number;
  /** A unique identifier: a UUID of 36 characters. */
  id(): string;
}

/** The {@link Random} outside of tests: `Math.random` and random UUIDs. */
export const systemRandom: Random = Object.freeze({ draw: () => Math.random(), id: () => randomUUID() });
