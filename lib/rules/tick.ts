/** A tick's identity, and what can become of it. */

/** One due time of a service, identified by service and `scheduledFor`. */
export interface ScheduledTick {
  readonly kind: 'scheduled';
  /** The due time in epoch milliseconds: the tick's identity, the same in every delivery of it. */
  readonly scheduledFor: number;
  /** Which delivery of it this is: told in the log, and no part of the identity. */
  readonly delivery?: Delivery;
}

/** What the schedule tells of one delivery of a tick: both differ from attempt to attempt. */
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

/** What became of a tick. */
export type Disposition = 'ran' | 'skipped';
