/** What `npm run cost` prints, and the line of synth. */
import { describe, expect, test } from 'vitest';
import {
  assume,
  breakEven,
  costLine,
  costReport,
  type EstimateOptions,
  estimate,
  type Plan,
  scales,
} from '../../../infra/cost/index.ts';
import { NOTHING_SHARED, planWith, SMOOTH, servicePlan, WATCHDOG } from './kit.ts';

const two = planWith(servicePlan(), servicePlan({ name: 'sweep' }));
const whole: Plan = {
  services: [servicePlan({ alarms: 1, resources: 6 })],
  watchdog: WATCHDOG,
  shared: { ...NOTHING_SHARED, alarms: 5, resources: 25 },
};

function linesOf(plan: Plan, options: EstimateOptions = { assumptions: SMOOTH }): string[] {
  const { assumptions = {} } = options;
  const parts = { bill: estimate(plan, options), compared: breakEven(plan, options), scales: scales(plan, options) };
  return costReport({ ...parts, assumed: assume(assumptions) });
}

/** The report, its wrapped lines joined. */
function reportOf(plan: Plan, options?: EstimateOptions): string {
  return linesOf(plan, options)
    .join('\n')
    .replaceAll(/\n {2}(?=\S)(?! )/g, ' ');
}

describe('the report', () => {
  test('shows that the container is cheaper where it is', () => {
    // Two engines at 40 s: 2 × (0.120319 + 40 × 0.146) = 11.92
    expect(reportOf(two, { assumptions: { ...SMOOTH, workSeconds: 40 } })).toContain(
      'Engine against task: $11.92 here. Fargate is $1.06 cheaper. Without the address: Fargate is $4.71 cheaper.',
    );
  });

  test('shows by how much it is dearer where it is', () => {
    expect(reportOf(two)).toContain(
      'Engine against task: $0.27 here. Here it is $10.59 cheaper. Without the address: Here it is $6.94 cheaper.',
    );
  });

  test('names the services, and what they share, at list prices', () => {
    expect(linesOf(whole)).toEqual(
      expect.arrayContaining([
        '  at list prices    engine  logs   alarms  other  in all  resources',
        '  sync              $0.14   $0.01  $0.10   $0.00  $0.25   6',
        '  shared: watchdog  $0.13   $0.02  $0.60   $0.00  $0.75',
        '  shared: the rest  $0.00   $0.00  $0.50   $0.00  $0.50',
        '  shared in all     $0.13   $0.02  $1.10   $0.00  $1.25   25',
      ]),
    );
  });

  test('names stacks, resources and dollars of many services', () => {
    expect(linesOf(whole)).toEqual(
      expect.arrayContaining([
        '  services  function  stacks  resources  a service  no alarms  in all',
        '  20        own       1       145        $0.25      $0.15      $6.32',
        '  20        20 each   1       69         $0.25      $0.15      $6.32',
      ]),
    );
  });

  test('names region, date, sources and every assumption with its option', () => {
    const report = linesOf(two, { assumptions: { workSeconds: 2 } }).join('\n');

    expect(report).toContain('A month of 730 hours in us-east-1, USD, prices of 2026-08:');
    expect(report).toContain('https://aws.amazon.com/lambda/pricing/');
    expect(report).toMatch(/^ {2}--work-seconds {6}2 s /m);
    expect(report).toMatch(/^ {2}--failure-share {5}0\.01 of all /m);
    expect(report).toContain('docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html');
  });

  test('names what was measured, and marks it unless another value is given', () => {
    const report = linesOf(two, { assumptions: { tickMs: 3 } }).join('\n');

    expect(report).toMatch(/^Measured by `npm run bench -- tick --record` on \d{4}-\d\d-\d\d, \d+ invocations/m);
    expect(report).toMatch(/^ {2}a healthy tick +[\d.]+ ms +[\d.]+ ms +\d+ ms +\d+ B +[\d.]+ +\d+ MB$/m);
    expect(report).toMatch(/^ {2}--check-ms \* /m);
    expect(report).toMatch(/^ {2}--tick-ms {3,}3 ms /m);
  });

  test('names the prices that are assumed in a region', () => {
    const marked = (region: 'us-east-1' | 'eu-central-1') =>
      linesOf(two, { region }).filter((line) => line.startsWith('Assumed to be'));

    expect(marked('us-east-1')).toEqual([]);
    expect(marked('eu-central-1')).toEqual([
      'Assumed to be as in us-east-1: $0.0000133334 for GB-seconds, arm64.',
      'Assumed to be as in us-east-1: $3 for dashboards.',
      'Assumed to be as in us-east-1: $0.5 for 1,000,000 SNS requests.',
      'Assumed to be as in us-east-1: $2 for 100,000 e-mails.',
    ]);
  });

  test('fits 80 columns', () => {
    const wide = (options: EstimateOptions) => linesOf(whole, options).filter((line) => line.length > 80);

    expect(wide({})).toEqual([]);
    expect(wide({ region: 'eu-central-1', assumptions: { workSeconds: 12.345 } })).toEqual([]);
  });

  test('the report of no services compares none, and shows no number that is none', () => {
    expect(reportOf(planWith())).not.toMatch(/Infinity|NaN|undefined/);
  });
});

describe('the line of synth', () => {
  test('names the total, the number of services and the engine', () => {
    expect(costLine(estimate(whole, { assumptions: SMOOTH, region: 'eu-central-1' }))).toBe(
      'About $1.55 a month for 2 services at list prices of eu-central-1, of which the engine is $0.31; ' +
        '`npm run cost` itemises it.',
    );
  });
});
