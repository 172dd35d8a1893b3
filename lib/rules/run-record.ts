/** Run records: an item of its own for each run that failed, was made by hand or crashed. */
import type { ErrorSummary } from '../text/index.ts';
import type { OutcomeKind } from './outcome.ts';
import type { Verdict } from './step.ts';

/** The record of one run. Instants in epoch milliseconds. */
export interface RunRecord {
  readonly service: string;
  /** The fencing token of the run: its number. */
  readonly fence: number;
  /** `scheduledFor`; of a manual run its start, of a crashed one when it was counted. */
  readonly at: number;
  readonly manual: boolean;
  readonly outcome: OutcomeKind;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly build: string;
  readonly failure?: ErrorSummary;
  readonly verdict?: Verdict;
}

/** How long a run record is kept. */
export const RECORD_RETENTION_DAYS = 30;
