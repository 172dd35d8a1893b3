/** Classification, rules R3 and R4: which errors are transient and which are fatal. */
import type { Kind } from '../loop/index.ts';
import { NotImplementedError } from './errors.ts';

/** What an error means for the service. `retryAfter`: how long the other side asked to be left alone, in milliseconds. */
export type Classification = { readonly kind: 'failed'; readonly retryAfter?: number } | { readonly kind: 'fatal' };

/** Judges what a workload threw. */
export type Classify = (error: unknown) => Classification;

/** The classifier of a kind of service. */
export function classifierOf(kind: Kind): Classify {
  return kind === 'loop' ? classifyLoop : classifyCritical;
}

/** Rule S2: everything is tolerated but NotImplementedError. */
export function classifyLoop(error: unknown): Classification {
  return { kind: error instanceof NotImplementedError ? 'fatal' : 'failed' };
}

/** Rules R3 and R4. */
export function classifyCritical(_error: unknown): Classification {
  return { kind: 'fatal' };
}
