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
  /** Why the tick was skipped; absent if it ran. */
  readonly reason?: SkipReason;
  /** How the run ended; absent if the tick was skipped, or if the run yielded to a stop of its process. */
  readonly outcome?: OutcomeKind;
  readonly verdict?: Verdict;
  readonly failure?: ErrorSummary;
  /** When the tick began at its function, in epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs?: number;
  /** The start of the tick minus `scheduledFor`, in milliseconds; absent for a manual tick. */
  readonly latenessMs?: number;
  /** By how many milliseconds the run took longer than the interval; absent if it did not. */
  readonly overrunMs?: number;
  /**
   * The fence of the lease that the tick took, which is also the number of its run; absent if the lease was refused.
   */
  readonly fence?: number;
  /** How many crashed runs this tick counted. */
  readonly crashesBooked: number;
  /** For a manual run, the reasons for which a scheduled tick would have been skipped; empty for a scheduled tick. */
  readonly bypassed: readonly Obstacle[];
  /** The state after the tick. */
  readonly state: ServiceState;
  readonly status: Status;
  readonly nextDue?: number;
  /** The lines of the report about failures and recoveries; empty if there is nothing to report. */
  readonly report: readonly string[];
  /** The value that the workload returned, as JSON of bounded size with credentials masked. */
  readonly result?: unknown;
  readonly build: string;
}
