/** One due time of a service, identified by service and `scheduledFor`. */
export interface ScheduledTick {
  readonly kind: 'scheduled';
  /** The due time in epoch milliseconds. It identifies the tick, and is the same in every delivery of the tick. */
  readonly scheduledFor: number;
  /** The delivery by which the tick arrived, for the log; it does not identify the tick. */
  readonly delivery?: Delivery;
}

/** The execution id and the attempt number that EventBridge Scheduler gives one delivery of a tick. */
export interface Delivery {
  readonly executionId?: string;
  readonly attempt?: string;
}

/** A request for a run by hand. It has no due time, and doesn't change `lastTick`. */
export interface ManualTick {
  readonly kind: 'manual';
  /**
   * Whether the run ignores a pause and a halt. Every manual run ignores a backoff; none ignores another run's lease.
   */
  readonly force: boolean;
}

export type Tick = ScheduledTick | ManualTick;

/** The reason why a tick was skipped. */
export type SkipReason = 'duplicate' | 'late' | 'overlap' | 'halted' | 'paused' | 'backoff';

/** Whether a tick ran or was skipped. */
export type Disposition = 'ran' | 'skipped';
