/** Rule R7 of docs/design.md: how long a loop waits after a run. */
import { clampedPoissonInterval } from './jitter.ts';
import { LONGEST_INTERVAL } from './limits.ts';
import type { LoopState } from './loop-state.ts';
import type { Policy } from './policy.ts';

/**
 * The interval that trips have stretched, in milliseconds: interval × 2^backoffCount, at most `maxInterval` (366 days
 * if that isn't set), without jitter.
 */
export function stretchedInterval(policy: Pick<Policy, 'interval' | 'maxInterval'>, backoffCount: number): number {
  const stretched = policy.interval === 0 ? 0 : policy.interval * 2 ** backoffCount;
  return Math.min(stretched, policy.maxInterval ?? Math.max(policy.interval, LONGEST_INTERVAL));
}

/**
 * The wait after a run, in milliseconds: the stretched interval, or with the option `jitterRange` a random time around
 * it (a clamped Poisson draw).
 * @param draw a random number in [0, 1), used only with `jitterRange`
 */
export function delayAfter(policy: Policy, state: Pick<LoopState, 'backoffCount'>, draw: number): number {
  const delay = stretchedInterval(policy, state.backoffCount);
  return policy.jitterRange === undefined ? delay : clampedPoissonInterval(delay, policy.jitterRange, draw);
}
