/** Ticks: their identity, and their disposition. */

/** One due time of a service, identified by service and `scheduledFor`. */
export interface ScheduledTick {
  readonly kind: 'scheduled';
  /** The due time in epoch milliseconds: the tick's identity, the same in every delivery of it. */
  readonly scheduledFor: number;
  /** The delivery of the tick; for the log, and no part of the identity. */
  readonly delivery?: Delivery;
}

/** One delivery of a tick: both fields differ from attempt to attempt. */
export interface Delivery {
  readonly executionId?: string;
  readonly attempt?: string;
}

/** A run by hand: it has no due time, and neither reads nor moves the service's mark of decided ticks. */
export interface ManualTick {
  readonly kind: 'manual';
  /** Whether pause and halt are bypassed too. The lease never is. */
  readonly force: boolean;
}

export type Tick = ScheduledTick | ManualTick;

/** Why a tick was skipped. */
export type SkipReason = 'duplicate' | 'late' | 'overlap' | 'halted' | 'paused' | 'backoff';

/** Whether a tick ran or was skipped. */
export type Disposition = 'ran' | 'skipped';
