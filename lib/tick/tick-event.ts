/**
 * The event of a tick: all facts that observers, log lines, metrics and answers need. Instants are in epoch
 * milliseconds.
 */

import type {
  Disposition,
  Obstacle,
  OutcomeKind,
  ServiceState,
  SkipReason,
  Status,
  Tick,
  Verdict,
} from '../rules/index.ts';
import type { ErrorSummary } from '../text/index.ts';

/** A tick that has ended; its state is written. */
export interface TickEvent {
  readonly service: string;
  readonly tick: Tick;
  readonly disposition: Disposition;
  /** Why the tick was skipped. */
  readonly reason?: SkipReason;
  /** How the run ended; absent if the tick was skipped, or if the run yielded to a stop of its process. */
  readonly outcome?: OutcomeKind;
  readonly verdict?: Verdict;
  readonly failure?: ErrorSummary;
  /** When the tick began. */
  readonly startedAt: number;
  readonly durationMs?: number;
  /** The start minus `scheduledFor`. */
  readonly latenessMs?: number;
  /** How much longer than the interval the run took. */
  readonly overrunMs?: number;
  /** The number of the run. */
  readonly fence?: number;
  /** How many crashed runs this tick counted. */
  readonly crashesBooked: number;
  /** What would have kept the schedule from this run, which was made by hand. */
  readonly bypassed: readonly Obstacle[];
  /** The state after the tick. */
  readonly state: ServiceState;
  readonly status: Status;
  readonly nextDue?: number;
  /** The lines of the report. */
  readonly report: readonly string[];
  /** The workload's result as JSON, bounded, credentials masked. */
  readonly result?: unknown;
  readonly build: string;
}
