import { hasCode, TickoverError } from '../text/index.ts';
import type { FlowRun, FlowRunState } from './flow-run.ts';

/** A request for at most `limit` flow runs that wait to start, beginning behind the place `after`. */
export interface DueQuery {
  /** The latest start time of these flow runs, in epoch milliseconds. */
  readonly cutoff: number;
  readonly limit: number;
  readonly after?: Place;
}

/** The last flow run of a page: its start time in epoch milliseconds, and its id. The next page begins behind it. */
export interface Place {
  readonly start: number;
  readonly id: string;
}

/** The id of a stored flow run with an invalid attribute, and the error that names the attribute. */
export interface UnreadableRun {
  readonly id: string;
  readonly error: UnreadableRunError;
}

/** Thrown for a DynamoDB item that is not a valid flow run. */
export class UnreadableRunError extends TickoverError {
  override readonly name = 'UnreadableRunError';
  readonly code = 'flow-run-unreadable';
}

/** Whether the value is an UnreadableRunError. */
export function isUnreadableRun(value: unknown): value is UnreadableRunError {
  return hasCode(value, 'flow-run-unreadable');
}

/** A page of the flow runs that wait to start, the earliest start time first. */
export interface DuePage {
  readonly runs: readonly FlowRun[];
  readonly unreadable: readonly UnreadableRun[];
  /** The place behind which the next page begins; absent on the last page. */
  readonly next?: Place;
}

/** Whether the new state was written. If not, `now` is the stored flow run, absent if it was deleted. */
export type Transitioned = { readonly written: true } | { readonly written: false; readonly now?: FlowRun };

/**
 * A store of flow runs. For an invalid item `get` and `transition` reject with UnreadableRunError; `due` and `list`
 * return it as `unreadable`. If the store can't be reached, all methods reject with the error of the AWS client.
 */
export interface FlowRunStore {
  /**
   * Returns a page of the flow runs that wait to start. Recent writes may be missing, since DynamoDB updates an index
   * with a delay.
   */
  due(query: DueQuery, signal?: AbortSignal): Promise<DuePage>;
  /** Writes the new state if the stored state is still that of `seen`. Nothing else of the flow run changes. */
  transition(seen: FlowRun, state: FlowRunState, signal?: AbortSignal): Promise<Transitioned>;
  /**
   * Writes the flow run and returns true. If the stored state is newer and `overwrite` is not true, writes nothing and
   * returns false.
   */
  put(run: FlowRun, options?: { readonly overwrite?: boolean }): Promise<boolean>;
  get(id: string): Promise<FlowRun | undefined>;
  /** Returns all flow runs in any order, by reading the whole table. */
  list(): Promise<Pick<DuePage, 'runs' | 'unreadable'>>;
}
