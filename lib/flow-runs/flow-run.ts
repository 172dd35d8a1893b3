/**
 * The types of the state of a flow run, as in Prefect. A state also has a name, which is more precise: `Scheduled` and
 * `Late` both have the type SCHEDULED.
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

/** The type of a flow run's state, such as `SCHEDULED`. States of several names have one type. */
export type StateType = (typeof STATE_TYPES)[number];

const SCHEDULED_NAME = 'Scheduled';
export const LATE_NAME = 'Late';

/** The state of a flow run. Each new state gets a new id. */
export interface FlowRunState {
  readonly id: string;
  readonly type: StateType;
  readonly name: string;
  /** When the state began, in epoch milliseconds. */
  readonly timestamp: number;
  readonly message?: string;
}

/**
 * A run of a workflow in Prefect. If it was read from the index of flow runs that wait to start, its `state.message`,
 * `expectedStartTime` and `source` are missing.
 */
export interface FlowRun {
  readonly id: string;
  readonly name: string;
  readonly deploymentId?: string;
  readonly state: FlowRunState;
  /** When the flow run is due to start, in epoch milliseconds. */
  readonly nextScheduledStartTime?: number;
  /** The start time that was planned first, in epoch milliseconds. */
  readonly expectedStartTime?: number;
  /** The flow run as JSON text, as Prefect's API described it at the import. */
  readonly source?: string;
}

/** Whether the flow run waits to start, and so can become late: its state is `Scheduled`, and it has a start time. */
export function isWaiting(run: FlowRun): boolean {
  const { state, nextScheduledStartTime } = run;
  return state.type === 'SCHEDULED' && state.name === SCHEDULED_NAME && nextScheduledStartTime !== undefined;
}
