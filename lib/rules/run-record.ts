import type { ErrorSummary } from '../text/index.ts';
import type { OutcomeKind } from './outcome.ts';
import type { Verdict } from './step.ts';

/** A run that failed, was manual or crashed, as one item in the table keeps it. Instants are in epoch milliseconds. */
export interface RunRecord {
  readonly service: string;
  readonly fence: number;
  /**
   * The due time of the run's tick; for a manual run its start; for a crashed run the time when the next run counted
   * the crash.
   */
  readonly at: number;
  readonly manual: boolean;
  readonly outcome: OutcomeKind;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly build: string;
  readonly failure?: ErrorSummary;
  readonly verdict?: Verdict;
}

/** How many days the DynamoDB table keeps a run record. */
export const RECORD_RETENTION_DAYS = 30;
