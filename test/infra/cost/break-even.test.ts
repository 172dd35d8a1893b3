/** Against one always-on container: the figures, and that it is said plainly when the container is cheaper. */
import { describe, expect, test } from 'vitest';
import { breakEven, estimate, fargateTask, paceOf } from '../../../infra/cost/index.ts';
import { NOTHING_SHARED, planWith, SMOOTH, servicePlan } from './kit.ts';

const two = planWith(servicePlan(), servicePlan({ name: 'sweep' }));

describe('the container', () => {
  test('costs 7.21 dollars, and 3.65 for its address', () => {
    // 730 h × (0.25 × 0.03238 + 0.5 × 0.00356), and 730 h × 0.005
    expect(fargateTask()).toEqual({ task: expect.closeTo(7.20875, 10), address: expect.closeTo(3.65, 10) });
  });

  test('costs 8.29 dollars in Frankfurt', () => {
    // 730 h × (0.25 × 0.03725 + 0.5 × 0.00409)
    expect(fargateTask('eu-central-1').task).toBeCloseTo(8.290975, 10);
  });
});

describe('the break-even', () => {
  test('80 engines of 13.5 cents cost less than 10.86 dollars', () => {
    expect(breakEven(two, { assumptions: SMOOTH }).servicesByEngine).toBe(80);
  });

  test('the break-even with all that is deployed lies at few services if each has many alarms', () => {
    const watched = {
      ...planWith(servicePlan({ alarms: 6, compositeAlarms: 1, metrics: 2 })),
      shared: { ...NOTHING_SHARED, alarms: 3, dashboards: 1 },
    };

    // (10.86 - 3.30) / (0.135 + 1.10 + 0.60 + 0.026)
    expect(breakEven(watched, { assumptions: SMOOTH }).servicesInAll).toBe(4);
  });

  test('the break-even of two services every minute lies at workloads that take 36.4 s', () => {
    // (10.85875 - 2 × 0.120319) / (2 × 43,800 × 0.25 × 0.0000133334)
    expect(breakEven(two, { assumptions: SMOOTH }).workSeconds).toBeCloseTo(36.366, 2);
  });

  test('the break-even is where engine and container really cost the same', () => {
    const { workSeconds = 0, task, address } = breakEven(two);

    expect(estimate(two, { assumptions: { workSeconds } }).engine).toBeCloseTo(task + address, 8);
  });

  test('is nowhere for a service below a minute', () => {
    expect(breakEven(planWith(servicePlan({ pace: paceOf({ interval: 5_000 }) }))).workSeconds).toBeUndefined();
  });

  test('the break-even of no services is no number', () => {
    expect(breakEven(planWith())).toMatchObject({ servicesByEngine: Infinity, engine: 0, workSeconds: Infinity });
  });
});
