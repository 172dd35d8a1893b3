import { describe, expect, it } from 'vitest';
import { clampedPoissonInterval, exponentialCdf, lowerClampMultiple, poissonInterval } from '../../lib/rules/index.ts';
import { isClose, mathVectors } from './vectors.ts';

function expectClose(got: number, expected: number): void {
  expect(isClose(got, expected), `${got} is not ${expected}`).toBe(true);
}

describe('lower_clamp_multiple', () => {
  it.each(Object.entries(mathVectors.lower_clamp_multiple))(
    'lower_clamp_multiple gives what Prefect gives for %s',
    (k, expected) => {
      expectClose(lowerClampMultiple(Number(k)), expected);
    },
  );
});

describe('exponential_cdf', () => {
  it.each(mathVectors.exponential_cdf)(
    'exponential_cdf gives what Prefect gives at $x around $avg',
    ({ x, avg, value }) => {
      expectClose(exponentialCdf(x, avg), value);
    },
  );
});

describe('poisson_interval', () => {
  it.each(mathVectors.poisson_interval_at_u)(
    'poisson_interval gives what Prefect gives around $avg at $u',
    ({ avg, u, value }) => {
      expectClose(poissonInterval(avg, u), value);
    },
  );
});

describe('clamped_poisson_interval', () => {
  it.each(mathVectors.clamped_poisson_interval_at_u)(
    'clamped_poisson_interval gives what Prefect gives around $avg by $factor at $u',
    ({ avg, factor, u, value }) => {
      expectClose(clampedPoissonInterval(avg, factor, u), value);
    },
  );

  it.each(mathVectors.clamp_bounds)(
    'clamped_poisson_interval lies between $lower and $upper around $avg by $factor',
    (row) => {
      const { avg, factor, lower, upper } = row;
      expectClose(avg * lowerClampMultiple(1 + factor), lower);
      expect(isClose(avg * (1 + factor), upper)).toBe(true);
      expect(clampedPoissonInterval(avg, factor, 0)).toBeGreaterThanOrEqual(lower * (1 - 1e-12));
      expect(clampedPoissonInterval(avg, factor, 1 - Number.EPSILON)).toBeLessThanOrEqual(upper * (1 + 1e-12));
    },
  );

  it.each(mathVectors.errors)('refuses a factor of $factor', ({ avg, factor }) => {
    expect(() => clampedPoissonInterval(avg, factor, 0.5)).toThrow(
      new RangeError(`jitterRange: expected a number above 0, got ${factor}`),
    );
  });
});

describe('bounded_poisson_interval', () => {
  it.each(mathVectors.bounded_poisson_interval_at_u)(
    'bounded_poisson_interval gives what Prefect gives from $lower to $upper at $u',
    ({ lower, upper, u, value }) => {
      const mean = (lower + upper) / 2;
      expectClose(poissonInterval(mean, u, exponentialCdf(lower, mean), exponentialCdf(upper, mean)), value);
    },
  );
});
