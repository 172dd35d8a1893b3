/** Run records: one item in the table for each run that failed, was manual or crashed. */
import type { ErrorSummary } from '../text/index.ts';
import type { OutcomeKind } from './outcome.ts';
import type { Verdict } from './step.ts';

/** The record of one run. Instants are in epoch milliseconds. */
export interface RunRecord {
  readonly service: string;
  /** The number of the run: the fence of its lease. */
  readonly fence: number;
  /**
   * The instant of the run: the due time of its tick, for a manual run its start, for a crashed run the time when the
   * next run counted it.
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

/** For how many days the DynamoDB table keeps a run record. */
export const RECORD_RETENTION_DAYS = 30;
