/** One tick under way: the facts that every part of its path needs. */
import type { Rules, Tick } from '../rules/index.ts';
import type { Service } from '../service/index.ts';
import type { Ports } from './ports.ts';

/** The invocation in which a tick runs. */
export interface Invocation {
  /** When the invocation ends, in epoch milliseconds. */
  readonly deadline: number;
  /** The build id of the function that runs: a hash of bundle, policy and schedule. */
  readonly build: string;
  /** Returns the result of the service's `prepare`. */
  readonly prepared: () => unknown;
  /** Ends the process once the answer is out. @default the port of that name, which ends it at once */
  readonly endAfterAnswer?: (() => void) | undefined;
  /** The process is about to stop: a firing begins no further slot; a run under way goes on. */
  readonly closing?: AbortSignal | undefined;
  /** Aborted when the process stops: a run under way is asked to yield, and then has no outcome. */
  readonly stop?: AbortSignal | undefined;
}

/** One tick under way. */
export interface TickContext {
  readonly service: Service;
  readonly tick: Tick;
  readonly invocation: Invocation;
  readonly ports: Ports;
  /** The parts of service and invocation that the pure rules take. */
  readonly rules: Rules;
  readonly startedAt: number;
  /** The time by which the outcome of the run must be written, in epoch milliseconds. */
  readonly endsAt: number;
}
