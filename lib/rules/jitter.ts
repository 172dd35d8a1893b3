/**
 * The clamped Poisson interval: waiting times of a Poisson process, clamped at both ends. The formula is that of
 * `clamped_poisson_interval` in Prefect, except that the random number is a parameter.
 */
import { DAY, MINUTE } from '../time/index.ts';
import { hasSlots, type Schedule } from './schedule.ts';

/** The smallest argument of the logarithm in `poissonInterval`, since the logarithm of 0 is infinite. */
const SMALLEST_TAIL = 1e-10;
/**
 * From an upper bound of this many means on, the lower bound is set to 0: its exact value is below a billionth of the
 * mean.
 */
const LARGEST_CLAMP = 50;

/** The probability that an exponentially distributed waiting time with this mean is at most `x`. */
export function exponentialCdf(x: number, mean: number): number {
  return 1 - Math.exp(-x / mean);
}

/**
 * The quantile `lower + draw × (upper - lower)` of the exponential distribution with this mean, in the unit of `mean`.
 */
export function poissonInterval(mean: number, draw: number, lower = 0, upper = 1): number {
  const quantile = lower + draw * (upper - lower);
  return mean * -Math.log(Math.max(1 - quantile, SMALLEST_TAIL));
}

/**
 * The lower bound of a waiting time that belongs to the upper bound `k`, both as multiples of the mean. A waiting time
 * lies between the lower bound and the median with the same probability as between the median and the upper bound.
 */
export function lowerClampMultiple(k: number): number {
  return k >= LARGEST_CLAMP ? 0 : Math.log2(2 ** k / (2 ** k - 1));
}

/**
 * A random waiting time around `interval`, in the unit of `interval`: at least `interval × lowerClampMultiple(1 +
 * jitterRange)`, at most `interval × (1 + jitterRange)`, on average within 3 % of the interval.
 * @param draw a random number in [0, 1)
 * @throws RangeError if `jitterRange` is not above 0
 */
export function clampedPoissonInterval(interval: number, jitterRange: number, draw: number): number {
  if (!(jitterRange > 0)) throw new RangeError(`jitterRange: expected a number above 0, got ${jitterRange}`);
  const upper = 1 + jitterRange;
  return poissonInterval(interval, draw, exponentialCdf(lowerClampMultiple(upper), 1), exponentialCdf(upper, 1));
}

/**
 * How late EventBridge Scheduler may start a tick, in milliseconds: its flexible time window. This is jitterRange ×
 * interval, rounded down to whole minutes, at most a day; 0 for an interval below a minute.
 */
export function flexibleWindow(schedule: Schedule, jitterRange = 0): number {
  if (hasSlots(schedule)) return 0;
  return Math.min(DAY, Math.floor((jitterRange * schedule.interval) / MINUTE) * MINUTE);
}
