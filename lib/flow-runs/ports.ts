/** The store of flow runs. */
import type { FlowRun, FlowRunState } from './flow-run.ts';

/**
 * A request for at most `limit` waiting runs that start at or before `cutoff`, after the place where an earlier page
 * ended.
 */
export interface DueQuery {
  /** The latest scheduled start, in epoch milliseconds. */
  readonly cutoff: number;
  readonly limit: number;
  readonly after?: Place;
}

/** The end of a page of waiting runs: the scheduled start and the id of its last run. */
export interface Place {
  readonly start: number;
  readonly id: string;
}

/** A stored run that can't be read. */
export interface UnreadableRun {
  readonly id: string;
  readonly error: UnreadableRunError;
}

/** The error of a stored item that is no flow run. */
export class UnreadableRunError extends Error {
  override readonly name = 'UnreadableRunError';
  readonly code = 'flow-run-unreadable';
}

/** A page of runs, oldest scheduled start first. It is full unless there are no more runs. */
export interface DuePage {
  readonly runs: readonly FlowRun[];
  readonly unreadable: readonly UnreadableRun[];
  /** The place where the next page begins; absent if there are no more runs. */
  readonly next?: Place;
}

/** The result of a transition. If it was not written, `now` is the run at present, or absent if the run was deleted. */
export type Transitioned = { readonly written: true } | { readonly written: false; readonly now?: FlowRun };

/**
 * A store of flow runs. If a stored run can't be read, `get` and `transition` reject with UnreadableRunError, and `due`
 * and `list` return it among the unreadable runs. If the store can't be reached, every method rejects with the
 * unchanged error of the store's client, which shows whether to try again.
 */
export interface FlowRunStore {
  /** A page of the due runs in state `Scheduled`. It may lag behind the latest writes. */
  due(query: DueQuery, signal?: AbortSignal): Promise<DuePage>;
  /**
   * Moves the run to another state in one write, if the stored state is still the one in `seen`. The rest of the run is
   * kept.
   */
  transition(seen: FlowRun, state: FlowRunState, signal?: AbortSignal): Promise<Transitioned>;
  /**
   * Writes the run and returns true. If a newer state of the run is stored and `overwrite` is not set, keeps the stored
   * run and returns false.
   */
  put(run: FlowRun, options?: { readonly overwrite?: boolean }): Promise<boolean>;
  /** The run as it is stored now. */
  get(id: string): Promise<FlowRun | undefined>;
  /** Every run, in no particular order. Reads the whole table. */
  list(): Promise<Pick<DuePage, 'runs' | 'unreadable'>>;
}
