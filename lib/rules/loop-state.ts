/** What the loop must remember from one run to the next. */
import type { ErrorSummary } from '../text/index.ts';
import type { Policy } from './policy.ts';

/** The loop's state: a plain value that can be written down and taken up again by another process. */
export interface LoopState {
  /** The track record: the last `consecutive` outcomes, oldest first, true for success. All true at first. */
  readonly trackRecord: readonly boolean[];
  /** Up to `memory` recent failures, oldest first. */
  readonly failures: readonly ErrorSummary[];
  /** Trips since the last success. */
  readonly backoffCount: number;
  /** Failures since the last success; a trip does not reset it. */
  readonly streak: number;
  /** Why the service is halted; absent while it is not. */
  readonly haltCause?: string;
}

/** The state of a service that has never run. */
export function freshState(policy: Policy): LoopState {
  return { trackRecord: allTrue(policy), failures: [], backoffCount: 0, streak: 0 };
}

/** A track record with nothing against the service. */
export function allTrue(policy: Policy): readonly boolean[] {
  return Array.from({ length: policy.consecutive }, () => true);
}

/**
 * A track record of the policy's length: the newest outcomes are kept, and a short one is filled up with true at its
 * old end.
 */
export function fitTrackRecord(policy: Policy, trackRecord: readonly boolean[]): readonly boolean[] {
  return [...allTrue(policy), ...trackRecord].slice(-policy.consecutive);
}
