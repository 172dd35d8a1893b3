/** The bill, against figures worked out by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assume, type Estimate, estimate, PRICES, paceOf } from '../../../infra/cost/index.ts';
import { planWith, SMOOTH, servicePlan } from './kit.ts';

/** Quantity and dollars of a line. */
function line({ lines }: Estimate, unit: string): readonly [number, number] | undefined {
  const found = lines.find((each) => each.unit === unit);
  return found && [found.quantity, found.dollars];
}

const close = (value: number) => expect.closeTo(value, 6);

describe('a service every minute', () => {
  const bill = estimate(planWith(servicePlan()), { assumptions: SMOOTH });

  test.each([
    // 43,800 a month at a dollar a million.
    ['invocations', 43_800, 0.0438],
    // 43,800 at 20 cents a million.
    ['requests', 43_800, 0.00876],
    // 43,800 × 0.2 s × 0.25 GB at 0.0000133334.
    ['GB-seconds, arm64', 2_190, 0.0292],
    // Two writes a tick at 62.5 cents a million.
    ['write units', 87_600, 0.05475],
    // Two at 30 cents.
    ['metrics of our own', 2, 0.6],
    // 43,800 × 1.6 KB at 50 cents a GB.
    ['GB written', 0.066833, 0.033417],
    // Of that 30 of 30.4 days at 15 % of the size, 3 cents a GB.
    ['GB kept, compressed', 0.009888, 0.000297],
    // 60 looks at a day's lines, two queries each, half a cent a GB.
    ['GB searched', 0.263672, 0.001318],
  ])('pays for %s', (unit, quantity, dollars) => {
    expect(line(bill, unit)).toEqual([close(quantity), close(dollars)]);
  });

  test('costs 14 cents to run, and about two dollars with every alarm', () => {
    const full = estimate(planWith(servicePlan({ alarms: 6, compositeAlarms: 1 })));

    expect(full.engine).toBeCloseTo(0.1396, 4);
    expect(full.total).toBeCloseTo(1.8753, 4);
  });
});

describe('failures', () => {
  const bill = estimate(planWith(servicePlan()), { assumptions: { ...SMOOTH, failureShare: 0.1 } });

  test('add a record of three write units each', () => {
    expect(line(bill, 'write units')).toEqual([100_740, close(0.0629625)]);
  });

  test('add a page of records for the report of each trip', () => {
    expect(line(bill, 'read units')).toEqual([close(21_900), close(0.0027375)]);
  });

  test('add none of that for a service that never trips', () => {
    const { consecutive: _none, ...loop } = servicePlan();

    expect(
      line(estimate(planWith(loop), { assumptions: { ...SMOOTH, failureShare: 0.1 } }), 'read units'),
    ).toBeUndefined();
  });
});

describe('a service every 10 s', () => {
  test('is billed for waiting for the last slot of its minute', () => {
    const bill = estimate(planWith(servicePlan({ pace: paceOf({ interval: 10_000 }) })), { assumptions: SMOOTH });

    // Delivered at second 30, its last slot begins at second 110: 80.2 s, each minute, on 0.25 GB.
    expect(line(bill, 'GB-seconds, arm64')).toEqual([close(878_190), close(11.709259)]);
    expect(line(bill, 'write units')).toEqual([525_600, close(0.3285)]);
  });
});

describe('a service once a day', () => {
  test('pays for its metrics only in the hours in which they are filled', () => {
    const bill = estimate(planWith(servicePlan({ pace: paceOf({ interval: 86_400_000 }) })));

    expect(line(bill, 'metrics of our own')).toEqual([close(0.083333), close(0.025)]);
  });
});

describe('what is shared', () => {
  test('is paid for once', () => {
    const { total } = estimate(
      { services: [], shared: { alarms: 3, compositeAlarms: 2, dashboards: 1 } },
      { assumptions: { messages: 0, mails: 0 } },
    );

    // 3 × 0.10 and 2 × 0.50 and 3.00
    expect(total).toBeCloseTo(4.3, 10);
  });

  test('the shared parts and the services make up the total', () => {
    const plan = {
      ...planWith(servicePlan(), servicePlan({ name: 'sweep', alarms: 4 })),
      shared: { alarms: 1, compositeAlarms: 0, dashboards: 1 },
    };
    const { services, total } = estimate(plan, { assumptions: { messages: 0, mails: 0 } });
    const alone = services.reduce((sum, { engine, monitoring }) => sum + engine + monitoring, 0);

    expect(total - alone).toBeCloseTo(3.1, 10);
  });
});

describe('the free tiers', () => {
  const plan = {
    ...planWith(servicePlan({ alarms: 12, compositeAlarms: 1 })),
    shared: { alarms: 0, compositeAlarms: 0, dashboards: 1 },
  };

  test('are not taken off unless asked', () => {
    expect(line(estimate(plan), 'dashboards')).toEqual([1, 3]);
  });

  test('leave two of twelve alarms, the composite one, and the writes', () => {
    const bill = estimate(plan, { assumptions: SMOOTH, freeTier: true });

    expect(line(bill, 'metric alarms')).toEqual([12, close(0.2)]);
    expect(line(bill, 'composite alarms')).toEqual([1, 0.5]);
    expect(line(bill, 'dashboards')).toEqual([1, 0]);
    expect(line(bill, 'invocations')).toEqual([43_800, 0]);
    expect(line(bill, 'write units')).toEqual([87_600, close(0.05475)]);
  });
});

describe('any bill', () => {
  const intervals = fc.integer({ min: 1_000, max: 7 * 86_400_000 });
  const assumptions = fc.record({
    runSeconds: fc.double({ min: 0, max: 900, noNaN: true }),
    failureShare: fc.double({ min: 0, max: 1, noNaN: true }),
    latenessSeconds: fc.double({ min: 0, max: 60, noNaN: true }),
    stateKb: fc.double({ min: 0, max: 400, noNaN: true }),
  });

  test('has no negative line, with or without the free tiers', () => {
    fc.assert(
      fc.property(intervals, assumptions, fc.boolean(), (interval, assumed, freeTier) => {
        const { lines } = estimate(planWith(servicePlan({ pace: paceOf({ interval }) })), {
          assumptions: assumed,
          freeTier,
        });
        expect(lines.filter(({ dollars }) => !(dollars >= 0))).toEqual([]);
      }),
    );
  });

  test('is never smaller for more ticks', () => {
    fc.assert(
      fc.property(intervals, intervals, assumptions, (one, other, assumed) => {
        const totalOf = (interval: number) =>
          estimate(planWith(servicePlan({ pace: paceOf({ interval }) })), { assumptions: assumed }).total;
        const [often, seldom] = [totalOf(Math.min(one, other)), totalOf(Math.max(one, other))];
        expect(often).toBeGreaterThanOrEqual(seldom * (1 - 1e-12));
      }),
    );
  });
});

describe('assumptions', () => {
  test('have defaults, of which single ones may be given', () => {
    expect(assume({ runSeconds: 3 })).toMatchObject({ runSeconds: 3, failureShare: 0.01, coldShare: 0.02 });
  });

  test.each([
    [{ runSeconds: -1 }, 'runSeconds: expected a number from 0, got -1'],
    [{ failureShare: 1.5 }, 'failureShare: expected a number from 0 to 1, got 1.5'],
    [{ latenessSeconds: 61 }, 'latenessSeconds: expected a number from 0 to 60, got 61'],
    [{ mails: Number.NaN }, 'mails: expected a number from 0, got NaN'],
  ])('refuse %o', (reported, message) => {
    expect(() => assume(reported)).toThrow(new RangeError(message));
  });
});

describe('prices', () => {
  test('each name where they are from', () => {
    expect(Object.values(PRICES).filter(({ source }) => !/^https:\/\/aws\.amazon\.com\//.test(source))).toEqual([]);
  });
});
