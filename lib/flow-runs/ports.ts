/** The port for stored flow runs. */
import type { FlowRun, FlowRunState } from './flow-run.ts';

/**
 * A request for a page of at most `limit` waiting flow runs whose scheduled start is not after `cutoff`. With `after`
 * the page begins behind that place.
 */
export interface DueQuery {
  /** The latest scheduled start that the page may contain, in epoch milliseconds. */
  readonly cutoff: number;
  readonly limit: number;
  readonly after?: Place;
}

/**
 * The place where a page of waiting flow runs ended: the scheduled start of its last flow run, in epoch milliseconds,
 * and the id of that flow run.
 */
export interface Place {
  readonly start: number;
  readonly id: string;
}

/** The id of a stored flow run that can't be read, and the error. */
export interface UnreadableRun {
  readonly id: string;
  readonly error: UnreadableRunError;
}

/** The error of a stored item that can't be read as a flow run. */
export class UnreadableRunError extends Error {
  override readonly name = 'UnreadableRunError';
  readonly code = 'flow-run-unreadable';
}

/** A page of waiting flow runs, the earliest scheduled start first. A page that isn't full is the last one. */
export interface DuePage {
  readonly runs: readonly FlowRun[];
  readonly unreadable: readonly UnreadableRun[];
  /** The place behind which the next page begins; absent if there are no more flow runs. */
  readonly next?: Place;
}

/**
 * The result of the transition of a flow run to a new state. If the new state was not written, `now` is the flow run as
 * it is stored, absent if it was deleted.
 */
export type Transitioned = { readonly written: true } | { readonly written: false; readonly now?: FlowRun };

/**
 * A store of flow runs. If a stored flow run can't be read, `get` and `transition` reject with UnreadableRunError, and
 * `due` and `list` return it among the unreadable ones. If the store can't be reached, every method rejects with the
 * error of the database's client unchanged, since that error shows whether to try again.
 */
export interface FlowRunStore {
  /** Returns a page of the due flow runs in state `Scheduled`. The page may lack the latest writes. */
  due(query: DueQuery, signal?: AbortSignal): Promise<DuePage>;
  /**
   * Moves the flow run to the new state in one write, if its stored state is still that of `seen`. Everything else of
   * the flow run stays as it is stored.
   */
  transition(seen: FlowRun, state: FlowRunState, signal?: AbortSignal): Promise<Transitioned>;
  /**
   * Writes the flow run and returns true. If the store has a newer state of it and `overwrite` is not set, keeps the
   * stored flow run and returns false.
   */
  put(run: FlowRun, options?: { readonly overwrite?: boolean }): Promise<boolean>;
  /** Returns the flow run as it is stored now; `undefined` if there is none. */
  get(id: string): Promise<FlowRun | undefined>;
  /** Returns every flow run, in no particular order. Reads the whole table. */
  list(): Promise<Pick<DuePage, 'runs' | 'unreadable'>>;
}
