/** The store of flow runs. */
import type { FlowRun, FlowRunState } from './flow-run.ts';

/**
 * Asks for at most `limit` waiting runs that start at or before `cutoff`, after the place where an earlier page ended.
 */
export interface DueQuery {
  /** Epoch milliseconds. */
  readonly cutoff: number;
  readonly limit: number;
  readonly after?: Place;
}

/** The end of a page of waiting runs: scheduled start and id of its last run. */
export interface Place {
  readonly start: number;
  readonly id: string;
}

/** A stored run that can't be read. */
export interface UnreadableRun {
  readonly id: string;
  readonly error: UnreadableRunError;
}

/** The stored item isn't a flow run. */
export class UnreadableRunError extends Error {
  override readonly name = 'UnreadableRunError';
  readonly code = 'flow-run-unreadable';
}

/** Runs, oldest scheduled start first. The page is full unless there are no more. */
export interface DuePage {
  readonly runs: readonly FlowRun[];
  readonly unreadable: readonly UnreadableRun[];
  /** The place to continue after; absent if there are no more. */
  readonly next?: Place;
}

/** The result of a transition. If it was not written, `now` is the run as it is now, absent if it is gone. */
export type Transitioned = { readonly written: true } | { readonly written: false; readonly now?: FlowRun };

/**
 * A store of flow runs. If a stored run can't be read, `get` and `transition` reject with UnreadableRunError, and `due`
 * and `list` return it among the unreadable ones. If the store can't be reached, every method rejects with the
 * unchanged error of the adapter's client, which shows whether to try again.
 */
export interface FlowRunStore {
  /** A page of the runs in state `Scheduled` that are due. May lag behind the latest writes. */
  due(query: DueQuery, signal?: AbortSignal): Promise<DuePage>;
  /** Moves the run to another state, if its state is still the one seen, in one write. The rest of the run is kept. */
  transition(seen: FlowRun, state: FlowRunState, signal?: AbortSignal): Promise<Transitioned>;
  /**
   * Writes the run and returns true. Unless `overwrite` is set, keeps a stored run in a newer state and returns false.
   */
  put(run: FlowRun, options?: { readonly overwrite?: boolean }): Promise<boolean>;
  /** The run as it is now. */
  get(id: string): Promise<FlowRun | undefined>;
  /** Every run, in no order: reads the whole table. */
  list(): Promise<Pick<DuePage, 'runs' | 'unreadable'>>;
}
