/** Randomness, handed in like the clock. */
import { randomUUID } from 'node:crypto';

/** What the code may draw. */
export interface Random {
  /** A number in [0, 1). */
  draw(): number;
  /** An identifier that nobody else has: 36 characters, the form of a UUID. */
  id(): string;
}

/** The machine's own randomness. */
export const systemRandom: Random = Object.freeze({ draw: () => Math.random(), id: () => randomUUID() });
