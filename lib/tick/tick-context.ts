import type { Rules, Tick } from '../rules/index.ts';
import type { RunSecrets, Service } from '../service/index.ts';
import type { Ports } from './ports.ts';

/** The facts about the invocation of the function in which a tick runs. */
export interface Invocation {
  /** When the invocation runs out of time, in epoch milliseconds. */
  readonly deadline: number;
  /** The build id of the function that runs: a hash of bundle, policy and schedule. */
  readonly build: string;
  /** Returns the result of the service's `prepare`. It calls `prepare` until that has succeeded once. */
  readonly prepared: () => unknown;
  /** The secrets of the service in this process. @default the service has none */
  readonly secrets?: RunSecrets | undefined;
  /** Ends the process after the function's answer has been sent. @default the port `recycle`, which ends it at once */
  readonly endAfterAnswer?: (() => void) | undefined;
  /**
   * The checked input of a run by hand. It isn't part of the tick, since observers get the tick. @default no input
   */
  readonly input?: unknown;
  /** Aborted when the process is about to stop: a firing begins no further slot, but a run under way goes on. */
  readonly closing?: AbortSignal | undefined;
  /** Aborted when the process stops: a run under way is asked to yield (to end without an outcome). */
  readonly stop?: AbortSignal | undefined;
}

export interface TickContext {
  readonly service: Service;
  readonly tick: Tick;
  readonly invocation: Invocation;
  readonly ports: Ports;
  readonly rules: Rules;
  readonly startedAt: number;
  /** The time by which the outcome of the run must be written, in epoch milliseconds. */
  readonly endsAt: number;
}
