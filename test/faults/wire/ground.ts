/** Where rounds are played, and what comes of them. */
import type { Field } from './field.ts';
import type { Instance, Instances } from './instances.ts';

/** Where rounds are played. */
export interface Ground {
  readonly field: Field;
  readonly instances: Instances;
  /** Processes that are up; those that died are replaced. */
  readonly up: Instance[];
}

/** What became of a round. */
export interface Played {
  /** How often each fault struck. */
  readonly struck: ReadonlyMap<string, number>;
  /** Of each promise broken, the fault that was on and what was seen. */
  readonly violations: readonly { readonly fault: string; readonly what: string }[];
  readonly counts: Readonly<Record<Count, number>>;
}

/** What is counted in a round. */
export const COUNTS = [
  'deliveries',
  'ran',
  'skipped',
  'threw',
  'died',
  'leases',
  'crashes counted',
  'stale runs',
  'resumes',
  'pauses',
] as const;
export type Count = (typeof COUNTS)[number];
