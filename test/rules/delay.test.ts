import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampedPoissonInterval, delayAfter, fillPolicy, stretchedInterval } from '../../lib/rules/index.ts';

describe('the stretched interval', () => {
  it.each([
    [0, 5000],
    [1, 10_000],
    [2, 20_000],
    [6, 320_000],
  ])('the interval that %i trips stretch is %i ms', (backoffCount, expected) => {
    expect(stretchedInterval(fillPolicy({ interval: 5000 }), backoffCount)).toBe(expected);
  });

  it('is capped by maxInterval', () => {
    const policy = fillPolicy({ interval: 5000, maxInterval: 12_000 });
    expect([0, 1, 2, 9].map((count) => stretchedInterval(policy, count))).toEqual([5000, 10_000, 12_000, 12_000]);
  });

  it('is at most 366 days, however often the service tripped', () => {
    expect(stretchedInterval(fillPolicy({ interval: 5000 }), 5000)).toBe(31_622_400_000);
    expect(stretchedInterval(fillPolicy({ interval: 0 }), 5000)).toBe(0);
  });
});

describe('the delay after a run', () => {
  it('is the stretched interval, and nothing drawn changes it', () => {
    expect(delayAfter(fillPolicy({ interval: 5000 }), { backoffCount: 1 }, 0.9)).toBe(10_000);
  });

  it('is drawn around the stretched interval when the policy jitters', () => {
    const policy = fillPolicy({ interval: 10_000, jitterRange: 0.3 });
    expect(Math.round(delayAfter(policy, { backoffCount: 0 }, 0))).toBe(7518);
    expect(Math.round(delayAfter(policy, { backoffCount: 0 }, 0.5))).toBe(9888);
    expect(Math.round(delayAfter(policy, { backoffCount: 2 }, 0.5))).toBe(39_551);
  });
});

describe('the clamped Poisson interval', () => {
  it('the clamped Poisson interval of nothing is nothing', () => {
    expect(clampedPoissonInterval(0, 0.3, 0.5)).toBe(0);
  });

  it('lies between its bounds: at a range of 0.3 from 0.7518 to 1.3 intervals', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (draw) => {
        const waited = clampedPoissonInterval(1, 0.3, draw);
        expect(waited).toBeGreaterThanOrEqual(0.7517);
        expect(waited).toBeLessThanOrEqual(1.3000001);
      }),
    );
  });

  it('rises with the draw', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), unit, unit, (range, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(clampedPoissonInterval(1, range, low)).toBeLessThanOrEqual(clampedPoissonInterval(1, range, high));
      }),
    );
  });

  it.each([0.1, 0.3, 0.5, 1])(
    'the clamped Poisson interval has the interval as its mean within 3 %% at a range of %d',
    (range) => {
      const draws = Array.from({ length: 10_000 }, (_, index) => (index + 0.5) / 10_000);
      const mean = draws.reduce((sum, draw) => sum + clampedPoissonInterval(1, range, draw), 0) / draws.length;
      expect(Math.abs(mean - 1)).toBeLessThan(0.03);
    },
  );
});
