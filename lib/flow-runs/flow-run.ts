/** A flow run: one run of a scheduled program, and the state it is in. Instants in epoch milliseconds. */

/** Upstream's types of state. The name of a state is more precise: `Late` and `Scheduled` both have type SCHEDULED. */
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

/** One state of a flow run. Another state is another id. */
export interface FlowRunState {
  readonly id: string;
  readonly type: StateType;
  readonly name: string;
  /** When the state began. */
  readonly timestamp: number;
  readonly message?: string;
}

/** A flow run. The index of waiting runs gives it without the state's message, `expectedStartTime` and `source`. */
export interface FlowRun {
  readonly id: string;
  readonly name: string;
  readonly deploymentId?: string;
  readonly state: FlowRunState;
  /** When it is due to start; kept when it turns late. */
  readonly nextScheduledStartTime?: number;
  /** When it was first meant to start. */
  readonly expectedStartTime?: number;
  /** The API's whole description of the run when it was imported, as JSON text. */
  readonly source?: string;
}

/** Whether the run can turn late: state type SCHEDULED, name `Scheduled`, with a time to start. */
export function isWaiting(run: FlowRun): boolean {
  const { state, nextScheduledStartTime } = run;
  return state.type === 'SCHEDULED' && state.name === SCHEDULED_NAME && nextScheduledStartTime !== undefined;
}
