/** What is played in the field at a time. */
import type { Instance } from './instances.ts';
import type { Instruction } from './messages.ts';
import type { Strike } from './strikes.ts';
import type { Witness } from './witness.ts';

export interface Play {
  readonly witness: Witness;
  /** Faults that are to come. */
  readonly strikes: readonly Strike[];
  /** What a run shall do. */
  instruct(): Instruction;
  /** An operator pauses or resumes the service. */
  pauseOrResume(action: 'pause' | 'resume'): Promise<unknown>;
  /** Another process has the same tick, and is not heard when it asks for the lease. */
  rival(): Promise<unknown>;
  /** The process that a client is. */
  instanceOf(client: string): Instance | undefined;
}
