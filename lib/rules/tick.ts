/** Ticks: their identity, and their disposition. */

/** One due time of a service, identified by service and `scheduledFor`. */
export interface ScheduledTick {
  readonly kind: 'scheduled';
  /** The due time in epoch milliseconds. It identifies the tick, and is the same in every delivery of the tick. */
  readonly scheduledFor: number;
  /** The delivery of the tick, for the log; it does not identify the tick. */
  readonly delivery?: Delivery;
}

/** One delivery of a tick. Both fields differ from attempt to attempt. */
export interface Delivery {
  readonly executionId?: string;
  readonly attempt?: string;
}

/** A manual run. It has no due time, and neither reads nor changes `lastTick`. */
export interface ManualTick {
  readonly kind: 'manual';
  /** Whether the run bypasses pause and halt, in addition to a backoff. It never bypasses the lease. */
  readonly force: boolean;
}

export type Tick = ScheduledTick | ManualTick;

/** The reason why a tick was skipped. */
export type SkipReason = 'duplicate' | 'late' | 'overlap' | 'halted' | 'paused' | 'backoff';

/** Whether a tick ran or was skipped. */
export type Disposition = 'ran' | 'skipped';
