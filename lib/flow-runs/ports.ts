/** What the work on flow runs needs of a store. */
import type { FlowRun, FlowRunState } from './flow-run.ts';

/** Which waiting runs: those to start at or before `cutoff`, at most `limit`, behind the place where an earlier page ended. */
export interface DueQuery {
  /** Epoch milliseconds. */
  readonly cutoff: number;
  readonly limit: number;
  readonly after?: Place;
}

/** Where a page of waiting runs ended: the run's scheduled start and its id. */
export interface Place {
  readonly start: number;
  readonly id: string;
}

/** A stored run that can't be read. */
export interface UnreadableRun {
  readonly id: string;
  readonly error: UnreadableRunError;
}

/** What is stored isn't a flow run. */
export class UnreadableRunError extends Error {
  override readonly name = 'UnreadableRunError';
  readonly code = 'flow-run-unreadable';
}

/** Runs, oldest scheduled start first. The page is full unless there are no more. */
export interface DuePage {
  readonly runs: readonly FlowRun[];
  readonly unreadable: readonly UnreadableRun[];
  /** Where the next page begins; absent when there is none. */
  readonly next?: Place;
}

/** What came of a transition. Not written: `now` is what the run has become, absent if it is gone. */
export type Transitioned = { readonly written: true } | { readonly written: false; readonly now?: FlowRun };

/**
 * Where flow runs are kept. Where a stored run can't be read, `get` and `transition` reject with UnreadableRunError, and `due` and
 * `list` tell it beside the others. When the store can't be asked, every method rejects with what the adapter's client threw, as
 * it is: it tells whether trying again helps.
 */
export interface FlowRunStore {
  /** A page of the runs in state `Scheduled` that are due. May lag behind the latest writes. */
  due(query: DueQuery, signal?: AbortSignal): Promise<DuePage>;
  /** Moves the run to another state, if its state is still the one seen, in one write. The rest of the run is kept. */
  transition(seen: FlowRun, state: FlowRunState, signal?: AbortSignal): Promise<Transitioned>;
  /** Writes the run, unless what stands there is in a newer state (by timestamp) and isn't to be overwritten. Returns whether it was written. */
  put(run: FlowRun, options?: { readonly overwrite?: boolean }): Promise<boolean>;
  /** The run as it is now. */
  get(id: string): Promise<FlowRun | undefined>;
  /** Every run, in no order: reads the whole table. */
  list(): Promise<Pick<DuePage, 'runs' | 'unreadable'>>;
}
