/** What the suite and the processes under test say to each other. */
import type { HandlerEvent } from '../../../lib/lambda/index.ts';

/** Asks a process for an invocation. */
export interface Invoke {
  readonly id: number;
  readonly service: string;
  readonly event: HandlerEvent;
  /** What the process's clock shows beyond the machine's, in milliseconds. */
  readonly ahead: number;
}

/** What became of an invocation. */
export type Invoked =
  | { readonly id: number; readonly answer: Readonly<Record<string, unknown>> }
  | {
      readonly id: number;
      readonly error: { readonly code: string; readonly operation: string; readonly message: string };
    };

/** A workload begins, and asks what it shall do. */
export interface Start {
  readonly service: string;
  readonly client: string;
  readonly fence: number;
  /** Its due time; none for a run by hand. */
  readonly tick: number | null;
}

/** What a workload shall do. */
export type Instruction = 'succeed' | 'fail';

/** The policy of every service under test, in the words of its definition. Milliseconds. */
export const RULES = {
  interval: 60_000,
  timeout: 8_000,
  reserve: 2_000,
  leaseMargin: 1_000,
  consecutive: 2,
  backoff: 50,
  maxInterval: 120_000,
} as const;
