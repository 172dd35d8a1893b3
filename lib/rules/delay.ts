import { clampedPoissonInterval } from './jitter.ts';
import { LONGEST_INTERVAL } from './limits.ts';
import type { LoopState } from './loop-state.ts';
import type { Policy } from './policy.ts';

/**
 * The interval after `backoffCount` trips, in milliseconds: interval × 2^backoffCount, at most `maxInterval` (by
 * default 366 days), without jitter.
 */
export function stretchedInterval(policy: Pick<Policy, 'interval' | 'maxInterval'>, backoffCount: number): number {
  const stretched = policy.interval === 0 ? 0 : policy.interval * 2 ** backoffCount;
  return Math.min(stretched, policy.maxInterval ?? Math.max(policy.interval, LONGEST_INTERVAL));
}

/**
 * How long a loop waits after a run, in milliseconds (rule R7 of docs/design.md): {@link stretchedInterval}, or with
 * the option `jitterRange` a random time around that.
 * @param draw a random number in [0, 1), used only with `jitterRange`
 */
export function delayAfter(policy: Policy, state: Pick<LoopState, 'backoffCount'>, draw: number): number {
  const delay = stretchedInterval(policy, state.backoffCount);
  return policy.jitterRange === undefined ? delay : clampedPoissonInterval(delay, policy.jitterRange, draw);
}
