/** A flow run: one run of a Prefect workflow, with its state. Instants are in epoch milliseconds. */

/**
 * The types of a flow run's state, as upstream has them. The name of a state is more precise than its type: `Late` and
 * `Scheduled` both have the type SCHEDULED.
 */
export const STATE_TYPES = [
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
  'PAUSED',
  'CANCELLING',
] as const;

export type StateType = (typeof STATE_TYPES)[number];

const SCHEDULED_NAME = 'Scheduled';
export const LATE_NAME = 'Late';

/** One state of a flow run. Each new state has a new id. */
export interface FlowRunState {
  readonly id: string;
  readonly type: StateType;
  readonly name: string;
  /** When the state began, in epoch milliseconds. */
  readonly timestamp: number;
  readonly message?: string;
}

/**
 * A run of a Prefect workflow. A run that was read from the index of waiting runs lacks the message of its state,
 * `expectedStartTime` and `source`.
 */
export interface FlowRun {
  readonly id: string;
  readonly name: string;
  readonly deploymentId?: string;
  readonly state: FlowRunState;
  /** When the run is due to start, in epoch milliseconds. This time doesn't change when the run becomes late. */
  readonly nextScheduledStartTime?: number;
  /** When the run was first meant to start, in epoch milliseconds. */
  readonly expectedStartTime?: number;
  /** The flow run exactly as Prefect's API described it when it was imported, as JSON text. */
  readonly source?: string;
}

/**
 * Whether the run can become late: its state has the type SCHEDULED and the name `Scheduled`, and the run has a time to
 * start.
 */
export function isWaiting(run: FlowRun): boolean {
  const { state, nextScheduledStartTime } = run;
  return state.type === 'SCHEDULED' && state.name === SCHEDULED_NAME && nextScheduledStartTime !== undefined;
}
