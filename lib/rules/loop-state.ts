import type { ErrorSummary } from '../text/index.ts';
import type { Policy } from './policy.ts';

/**
 * Everything that a loop (the repeated runs of one service) remembers from one run to the next. It is a plain value,
 * which can be stored.
 */
export interface LoopState {
  /**
   * The track record, oldest outcome first, true for a success. It has as many outcomes as the option `consecutive`
   * says.
   */
  readonly trackRecord: readonly boolean[];
  /** The error summaries of recent failed runs, oldest first, at most as many as the option `memory` says. */
  readonly failures: readonly ErrorSummary[];
  readonly backoffCount: number;
  /** The number of failures since the last success; a trip does not reset it. */
  readonly streak: number;
  readonly haltCause?: string;
}

/** The loop state before the first run: a track record of successes only. */
export function firstLoopState(policy: Policy): LoopState {
  return { trackRecord: allTrue(policy), failures: [], backoffCount: 0, streak: 0 };
}

/** A track record of successes only, as long as the option `consecutive` says. */
export function allTrue(policy: Policy): readonly boolean[] {
  return Array.from({ length: policy.consecutive }, () => true);
}

/**
 * The track record in the length that the option `consecutive` says: the oldest outcomes are cut off, or successes are
 * put before the oldest.
 */
export function fitTrackRecord(policy: Policy, trackRecord: readonly boolean[]): readonly boolean[] {
  return [...allTrue(policy), ...trackRecord].slice(-policy.consecutive);
}
