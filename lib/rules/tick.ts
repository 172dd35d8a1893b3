/** Ticks: what identifies a tick, and whether it ran or was skipped. */

/** One due time of a service, identified by service and `scheduledFor`. */
export interface ScheduledTick {
  readonly kind: 'scheduled';
  /** The due time in epoch milliseconds. It identifies the tick, and is the same in every delivery of the tick. */
  readonly scheduledFor: number;
  /** The delivery by which the tick arrived, for the log; it does not identify the tick. */
  readonly delivery?: Delivery;
}

/**
 * One delivery of a tick, as the event of EventBridge Scheduler names it. Both fields differ from one attempt at
 * delivery to the next.
 */
export interface Delivery {
  readonly executionId?: string;
  readonly attempt?: string;
}

/**
 * A request for a run by hand. It has no due time, and neither depends on the newest decided tick (`lastTick`) nor
 * changes it.
 */
export interface ManualTick {
  readonly kind: 'manual';
  /**
   * Whether the run bypasses a pause and a halt too. Every manual run bypasses a backoff, and none bypasses the lease.
   */
  readonly force: boolean;
}

export type Tick = ScheduledTick | ManualTick;

/** The reason why a tick was skipped. */
export type SkipReason = 'duplicate' | 'late' | 'overlap' | 'halted' | 'paused' | 'backoff';

/** Whether a tick ran or was skipped. */
export type Disposition = 'ran' | 'skipped';
