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

/** The facts about a tick that has ended and whose state is written. Instants are in epoch milliseconds. */
export interface TickEvent {
  readonly service: string;
  readonly tick: Tick;
  readonly disposition: Disposition;
  /** Why the tick was skipped; absent if it ran. */
  readonly reason?: SkipReason;
  /** How the run ended; absent if the tick was skipped, or if the run yielded. */
  readonly outcome?: OutcomeKind;
  readonly verdict?: Verdict;
  readonly failure?: ErrorSummary;
  /** When the function began to handle the tick. */
  readonly startedAt: number;
  readonly durationMs?: number;
  /** The start of the tick minus `scheduledFor`, in milliseconds; absent for a manual tick. */
  readonly latenessMs?: number;
  /** By how many milliseconds the run took longer than the interval; absent if it did not. */
  readonly overrunMs?: number;
  /** The number of the run, which is the fence of its lease; absent if the tick got no lease. */
  readonly fence?: number;
  /** How many crashed runs this tick counted. */
  readonly crashesBooked: number;
  /** The reasons to skip ticks that a manual run has ignored, such as `pause`; empty for a scheduled tick. */
  readonly bypassed: readonly Obstacle[];
  readonly state: ServiceState;
  readonly status: Status;
  readonly nextDue?: number;
  readonly report: readonly string[];
  /** The value that the workload returned, as JSON of bounded size with credentials masked. */
  readonly result?: unknown;
  readonly build: string;
}
