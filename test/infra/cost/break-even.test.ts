/** Against one always-on container: the figures, and that it is said plainly when the container is cheaper. */
import { describe, expect, test } from 'vitest';
import {
  assume,
  breakEven,
  costLine,
  costReport,
  estimate,
  fargateTask,
  type Plan,
  paceOf,
} from '../../../infra/cost/index.ts';
import { planWith, SMOOTH, servicePlan } from './kit.ts';

const two = planWith(servicePlan(), servicePlan({ name: 'sweep' }));

function reportOf(plan: Plan, assumptions = {}): string {
  return costReport(estimate(plan, { assumptions }), breakEven(plan, { assumptions }), assume(assumptions)).join('\n');
}

describe('the container', () => {
  test('costs 7.21 dollars, and 3.65 for its address', () => {
    // 730 h × (0.25 × 0.03238 + 0.5 × 0.00356), and 730 h × 0.005
    expect(fargateTask()).toEqual({ task: expect.closeTo(7.20875, 10), address: expect.closeTo(3.65, 10) });
  });
});

describe('the break-even', () => {
  test('79 engines of 13.7 cents cost less than 10.86 dollars', () => {
    expect(breakEven(two, { assumptions: SMOOTH }).servicesByEngine).toBe(79);
  });

  test('the break-even with all that is deployed lies at few services, since alarms and dashboard are most of the bill', () => {
    const watched = {
      ...planWith(servicePlan({ alarms: 6, compositeAlarms: 1 })),
      shared: { alarms: 3, compositeAlarms: 0, dashboards: 1 },
    };

    // (10.86 - 3.30) / 1.87
    expect(breakEven(watched).servicesInAll).toBe(4);
  });

  test('the break-even of two services every minute lies at runs that last 36.5 s', () => {
    // (10.85875 - 2 × 0.10731) / (2 × 43,800 × 0.25 × 0.0000133334)
    expect(breakEven(two, { assumptions: SMOOTH }).runSeconds).toBeCloseTo(36.45, 2);
  });

  test('the break-even is where engine and container really cost the same', () => {
    const { runSeconds = 0, task, address } = breakEven(two);

    expect(estimate(two, { assumptions: { runSeconds } }).engine).toBeCloseTo(task + address, 8);
  });

  test('is nowhere for a service below a minute', () => {
    expect(breakEven(planWith(servicePlan({ pace: paceOf({ interval: 5_000 }) }))).runSeconds).toBeUndefined();
  });

  test('the break-even of no services is no number', () => {
    expect(breakEven(planWith())).toMatchObject({ servicesByEngine: Infinity, engine: 0, runSeconds: Infinity });
  });
});

describe('the report', () => {
  test('shows that the container is cheaper where it is', () => {
    const report = reportOf(two, { ...SMOOTH, runSeconds: 40 });

    // Two engines at 40 s: 2 × (0.10731 + 40 × 0.146) = 11.89
    expect(report).toContain(
      'Engine against task: $11.89 here. Fargate is $1.04 cheaper. Without the address: Fargate is $4.69 cheaper.',
    );
  });

  test('shows by how much it is dearer where it is', () => {
    expect(reportOf(two, SMOOTH)).toContain(
      'Engine against task: $0.27 here. Here it is $10.59 cheaper. Without the address: Here it is $6.94 cheaper.',
    );
  });

  test('compares a service every 10 s, whatever the catalog has', () => {
    expect(reportOf(two)).toContain('$12.10 of engine. Fargate is $1.24 cheaper.');
  });

  test('names region, date, sources and every assumption with its option', () => {
    const report = reportOf(two, { runSeconds: 2 });

    expect(report).toContain('A month of 730 hours in us-east-1, USD, prices of 2026-03:');
    expect(report).toContain('  https://aws.amazon.com/lambda/pricing/');
    expect(report).toMatch(/^ {2}--run-seconds {7}2 s /m);
    expect(report).toMatch(/^ {2}--failure-share {5}0\.01 of the runs /m);
    expect(report).toContain('Assumed, not looked up: $0.2 for GB with point-in-time recovery.');
  });

  test('the report of no services compares none, and shows no number that is none', () => {
    expect(reportOf(planWith())).not.toMatch(/Infinity|NaN|undefined/);
  });

  test('has a line for synth', () => {
    expect(costLine(estimate(two, { assumptions: SMOOTH }))).toBe(
      'About $1.54 a month for 2 services in us-east-1, of which the engine is $0.27; `npm run cost` itemises it.',
    );
  });
});
