/**
 * The state of a loop (of the repeated runs of one service): everything that the loop remembers from one run to the
 * next.
 */
import type { ErrorSummary } from '../text/index.ts';
import type { Policy } from './policy.ts';

/**
 * The state of a loop, as the rules in docs/design.md (section 4) change it. It is a plain value, so that it can be
 * stored and another process can go on with it.
 */
export interface LoopState {
  /**
   * The track record: the last outcomes, oldest first, true for a success. It has as many outcomes as the option
   * `consecutive` says; before the first run all of them are true.
   */
  readonly trackRecord: readonly boolean[];
  /** The recent failures, oldest first, at most as many as the option `memory` says. */
  readonly failures: readonly ErrorSummary[];
  /** The number of trips since the last success. */
  readonly backoffCount: number;
  /** The number of failures since the last success; a trip does not reset it. */
  readonly streak: number;
  /** The cause of the halt; absent if the service is not halted. */
  readonly haltCause?: string;
}

/** The loop state before the first run: a track record of successes only. */
export function firstLoopState(policy: Policy): LoopState {
  return { trackRecord: allTrue(policy), failures: [], backoffCount: 0, streak: 0 };
}

/** A track record with successes only, in the length that the policy asks for. */
export function allTrue(policy: Policy): readonly boolean[] {
  return Array.from({ length: policy.consecutive }, () => true);
}

/**
 * The track record in the length that the policy asks for: the oldest outcomes are cut off if it is too long, and
 * successes are put before the oldest if it is too short.
 */
export function fitTrackRecord(policy: Policy, trackRecord: readonly boolean[]): readonly boolean[] {
  return [...allTrue(policy), ...trackRecord].slice(-policy.consecutive);
}
