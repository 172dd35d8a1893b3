/**
 * The event of a tick: everything that observers, log lines, metrics and answers need of it. Instants in epoch
 * milliseconds.
 */

import type { Disposition, OutcomeKind, ServiceState, SkipReason, Status, Tick, Verdict } from '../rules/index.ts';
import type { ErrorSummary } from '../text/index.ts';

/** A reason to skip that a manual run bypassed. */
export type Bypassed = 'backoff' | 'pause' | 'halt';

/** A tick that has ended; its state is written. */
export interface TickEvent {
  readonly service: string;
  readonly tick: Tick;
  readonly disposition: Disposition;
  /** Why it was skipped. */
  readonly reason?: SkipReason;
  /** How the run ended; absent when the tick was skipped, or the run yielded to a stop of the process. */
  readonly outcome?: OutcomeKind;
  readonly verdict?: Verdict;
  readonly failure?: ErrorSummary;
  /** When the tick began. */
  readonly startedAt: number;
  readonly durationMs?: number;
  /** Start minus `scheduledFor`. */
  readonly latenessMs?: number;
  /** How far the duration exceeds the interval. */
  readonly overrunMs?: number;
  /** The run's number. */
  readonly fence?: number;
  /** How many crashed runs this tick counted. */
  readonly crashesBooked: number;
  readonly bypassed: readonly Bypassed[];
  /** The state after the tick. */
  readonly state: ServiceState;
  readonly status: Status;
  readonly nextDue?: number;
  /** The lines for the printer. */
  readonly report: readonly string[];
  /** The workload's result as JSON, bounded, credentials masked. */
  readonly result?: unknown;
  readonly build: string;
}
