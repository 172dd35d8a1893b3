/** The story of a tick: everything an observer, a log line, a metric or an answer tells of it. Instants in epoch milliseconds. */
import type {
  Disposition,
  ErrorSummary,
  OutcomeKind,
  ServiceState,
  SkipReason,
  Status,
  Tick,
  Verdict,
} from '../rules/index.ts';

/** What a run bypassed because a person asked for it. */
export type Bypassed = 'backoff' | 'pause' | 'halt';

/** What became of a tick, after its state was written. */
export interface TickEvent {
  readonly service: string;
  readonly tick: Tick;
  readonly disposition: Disposition;
  /** Why it was skipped. */
  readonly reason?: SkipReason;
  /** How the run ended; absent when the tick was skipped, or the process stopped and the run was given back. */
  readonly outcome?: OutcomeKind;
  readonly verdict?: Verdict;
  readonly failure?: ErrorSummary;
  /** When the tick was taken up. */
  readonly startedAt: number;
  readonly durationMs?: number;
  /** Start minus `scheduledFor`. */
  readonly latenessMs?: number;
  /** How far the duration exceeds the interval. */
  readonly overrunMs?: number;
  /** The run's number. */
  readonly fence?: number;
  /** How many runs that had died were booked by this tick. */
  readonly crashesBooked: number;
  readonly bypassed: readonly Bypassed[];
  /** The state after the tick. */
  readonly state: ServiceState;
  readonly status: Status;
  readonly nextDue?: number;
  /** The lines for the printer. */
  readonly report: readonly string[];
  /** What the workload returned: its counts. */
  readonly result?: unknown;
  readonly build: string;
}
