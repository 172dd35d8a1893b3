/** One tick under way: the facts that every part of its way is handed. */
import type { Rules, Tick } from '../rules/index.ts';
import type { Service } from '../service/index.ts';
import type { Ports } from './ports.ts';

/** The invocation a tick runs in. */
export interface Invocation {
  /** When the invocation ends, in epoch milliseconds. */
  readonly deadline: number;
  /** The build that runs: a hash of code and policy. */
  readonly build: string;
  /** Returns what the service's `prepare` made. */
  readonly prepared: () => unknown;
  /** Ends the process once the answer is out. @default the port of that name, which ends it at once */
  readonly recycle?: (() => void) | undefined;
  /** The process is about to stop: a firing begins no further slot; a run under way goes on. */
  readonly closing?: AbortSignal | undefined;
  /** The process stops now: a run under way is asked to give way, and then has no outcome. */
  readonly stop?: AbortSignal | undefined;
}

/** One tick under way. */
export interface TickContext {
  readonly service: Service;
  readonly tick: Tick;
  readonly invocation: Invocation;
  readonly ports: Ports;
  readonly rules: Rules;
  readonly startedAt: number;
  /** When the run must have written its outcome, in epoch milliseconds. */
  readonly endsAt: number;
}
