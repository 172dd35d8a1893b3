/**
 * The clamped Poisson interval: waiting times of a Poisson process (exponentially distributed), clamped at both ends so
 * that their mean differs from the interval by at most 3 %. The formula is upstream's (`clamped_poisson_interval` in
 * Prefect's `utilities/math.py`); the random number in [0, 1), which upstream draws itself, is a parameter here.
 */
import { DAY, MINUTE } from '../time/index.ts';
import { hasSlots, type Schedule } from './schedule.ts';

/**
 * The smallest argument of the logarithm in `poissonInterval`. It keeps the result finite when the draw comes close to
 * 1.
 */
const SMALLEST_TAIL = 1e-10;
/**
 * From an upper bound of `k` = 50 means on, the lower bound is set to 0. It would be less than a billionth of the mean.
 */
const LARGEST_CLAMP = 50;

/** The probability that an exponential waiting time of the given mean is at most `x`. */
export function exponentialCdf(x: number, mean: number): number {
  return 1 - Math.exp(-x / mean);
}

/**
 * The waiting time at the quantile `lower + draw × (upper - lower)` of the exponential distribution with the given
 * mean. Its unit is that of `mean`.
 */
export function poissonInterval(mean: number, draw: number, lower = 0, upper = 1): number {
  const quantile = lower + draw * (upper - lower);
  return mean * -Math.log(Math.max(1 - quantile, SMALLEST_TAIL));
}

/**
 * The lower bound, in means, that belongs to an upper bound of `k` means: a draw falls between the lower bound and the
 * median with the same probability as between the median and the upper bound.
 */
export function lowerClampMultiple(k: number): number {
  return k >= LARGEST_CLAMP ? 0 : Math.log2(2 ** k / (2 ** k - 1));
}

/**
 * A random waiting time around `interval`, in the unit of `interval`. The time lies between
 * `interval × lowerClampMultiple(1 + jitterRange)` and `interval × (1 + jitterRange)`; at a `jitterRange` of 0.3 that
 * is 0.7518 to 1.3 intervals. The mean of many such times differs from the interval by at most 3 %.
 * @param draw a random number in [0, 1)
 * @throws RangeError if `jitterRange` is not above 0
 */
export function clampedPoissonInterval(interval: number, jitterRange: number, draw: number): number {
  if (!(jitterRange > 0)) throw new RangeError(`jitterRange: expected a number above 0, got ${jitterRange}`);
  const upper = 1 + jitterRange;
  return poissonInterval(interval, draw, exponentialCdf(lowerClampMultiple(upper), 1), exponentialCdf(upper, 1));
}

/**
 * How much later than its due time EventBridge Scheduler may start a tick of the schedule, in milliseconds: the length
 * of its flexible time window. This is jitterRange × interval in whole minutes, at most a day; 0 for an interval below
 * a minute, since each of its firings owns several slots.
 */
export function flexibleWindow(schedule: Schedule, jitterRange = 0): number {
  if (hasSlots(schedule)) return 0;
  return Math.min(DAY, Math.floor((jitterRange * schedule.interval) / MINUTE) * MINUTE);
}
