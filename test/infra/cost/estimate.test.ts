/** The bill, against figures worked out by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assume, type Estimate, estimate, PRICES, paceOf, regionOf } from '../../../infra/cost/index.ts';
import { NOTHING_SHARED, planWith, SMOOTH, servicePlan, WATCHDOG } from './kit.ts';

/** Quantity and dollars of a line. */
function line({ lines }: Estimate, unit: string): readonly [number, number] | undefined {
  const found = lines.find((each) => each.unit === unit);
  return found && [found.quantity, found.dollars];
}

const close = (value: number) => expect.closeTo(value, 6);

describe('a service every minute', () => {
  const bill = estimate(planWith(servicePlan({ alarms: 1, metrics: 2 })), { assumptions: SMOOTH });

  test.each([
    // 43,800 a month at a dollar a million.
    ['invocations', 43_800, 0.0438],
    // 43,800 at 20 cents a million.
    ['requests', 43_800, 0.00876],
    // A tick takes 10 ms of a processor, of which 256 MB have 256/1,769: 0.069102 s. With 0.1 s of work and two
    // requests of 0.01 s: 43,800 × 0.189102 s × 0.25 GB at 0.0000133334.
    ['GB-seconds, arm64', 2_070.662109, 0.027609],
    // Two writes a tick at 62.5 cents a million.
    ['write units', 87_600, 0.05475],
    ['metric alarms', 1, 0.1],
    // Two at 30 cents.
    ['metric-months', 2, 0.6],
    // 43,800 × (0.6 KB and 0.6 KB of metrics) at 50 cents a GB.
    ['GB written', 0.050125, 0.025063],
    // Of that 30 of 30.4 days at 15 % of the size, 3 cents a GB.
    ['GB kept, compressed', 0.007416, 0.000222],
    // 60 searches of a day's lines, two queries each, half a cent a GB.
    ['GB searched', 0.197754, 0.000989],
  ])('pays for %s', (unit, quantity, dollars) => {
    expect(line(bill, unit)).toEqual([close(quantity), close(dollars)]);
  });

  test('pays for nothing else, and less for its processor with more memory, but more for waiting', () => {
    const secondsOf = (memoryMb: number) =>
      (line(estimate(planWith(servicePlan({ memoryMb })), { assumptions: SMOOTH }), 'GB-seconds, arm64') ?? [0])[0] /
      (43_800 * (memoryMb / 1_024));

    expect(line(bill, 'read units')).toBeUndefined();
    expect(secondsOf(128)).toBeCloseTo(0.12 + 0.138203, 6);
    expect(secondsOf(1_769)).toBeCloseTo(0.12 + 0.01, 6);
    expect(secondsOf(3_538)).toBeCloseTo(0.12 + 0.01, 6);
  });

  test("pays for Lambda's own lines if they are all kept", () => {
    const noisy = estimate(planWith(servicePlan({ keepsLambdaLines: true })), { assumptions: SMOOTH });

    // 43,800 × (0.6 KB and 0.42 KB)
    expect(line(noisy, 'GB written')).toEqual([close(0.042606), close(0.021303)]);
  });

  test('costs the sum of its parts', () => {
    const [service] = bill.services;

    expect(service).toEqual({
      name: 'sync',
      resources: 5,
      // 0.0438 + 0.00876 + 0.027609 + 0.05475, and below a millionth for a KB stored and recoverable
      engine: expect.closeTo(0.134919, 6),
      logs: expect.closeTo(0.026274, 6),
      alarms: expect.closeTo(0.7, 10),
      other: 0,
      total: expect.closeTo(0.861193, 6),
    });
    expect(bill.total).toBeCloseTo(service?.total ?? 0, 10);
  });
});

describe('failures', () => {
  const failing = { ...SMOOTH, failureShare: 0.1 };
  const bill = estimate(planWith(servicePlan()), { assumptions: failing });

  test('add a record of three write units each', () => {
    expect(line(bill, 'write units')).toEqual([100_740, close(0.0629625)]);
  });

  test('add a page of records for the report of each trip', () => {
    expect(line(bill, 'read units')).toEqual([close(21_900), close(0.0027375)]);
  });

  test('add none of that for a service that never trips', () => {
    const { consecutive: _none, ...loop } = servicePlan();

    expect(line(estimate(planWith(loop), { assumptions: failing }), 'read units')).toBeUndefined();
  });
});

describe('a service every 10 s', () => {
  test('is billed for waiting for the last slot of its minute', () => {
    const bill = estimate(planWith(servicePlan({ pace: paceOf({ interval: 10_000 }) })), { assumptions: SMOOTH });

    // Delivered at second 30, its last slot begins at second 110: 80.189102 s, each minute, on 0.25 GB.
    expect(line(bill, 'GB-seconds, arm64')).toEqual([close(878_070.662109), close(11.707667)]);
    expect(line(bill, 'write units')).toEqual([525_600, close(0.3285)]);
  });
});

describe('a metric', () => {
  test('that is sent at each tick is paid for only in the hours in which it is sent', () => {
    const bill = estimate(planWith(servicePlan({ metrics: 2, pace: paceOf({ interval: 86_400_000 }) })));

    // 2 × 1/24
    expect(line(bill, 'metric-months')).toEqual([close(0.083333), close(0.025)]);
  });

  test('of an unhealthy service is paid for in the hours in which it is unhealthy, if a watchdog sends it', () => {
    const bad = { assumptions: { ...SMOOTH, badHours: 73 } };
    const plan = planWith(servicePlan(), servicePlan({ name: 'sweep' }));

    // 2 services × 73 of 730 hours, besides the watchdog's own two
    expect(line(estimate({ ...plan, watchdog: WATCHDOG }, bad), 'metric-months')).toEqual([2.2, close(0.66)]);
    expect(line(estimate(plan, bad), 'metric-months')).toBeUndefined();
  });
});

describe('the watchdog', () => {
  const watched = (count: number) => ({
    ...planWith(...Array.from({ length: count }, (_, index) => servicePlan({ name: `s${index}` }))),
    watchdog: WATCHDOG,
  });

  test('reads the state of each service at each check, which is the cost of that service', () => {
    const alone = estimate(planWith(servicePlan()), { assumptions: SMOOTH });
    const { services } = estimate(watched(1), { assumptions: SMOOTH });

    // 43,800 consistent reads of up to 4 KB at 12.5 cents a million
    expect((services[0]?.engine ?? 0) - (alone.services[0]?.engine ?? 0)).toBeCloseTo(0.005475, 9);
  });

  test.each([
    // Its memory takes a unit for each 4 KB begun, of 0.1 KB a service: 1, 1, 2, 25.
    [1, 1 + 1],
    [40, 40 + 1],
    [41, 41 + 2],
    [1_000, 1_000 + 25],
  ])('reads the states of %i services and its memory of them', (count, units) => {
    const [quantity] = line(estimate(watched(count), { assumptions: SMOOTH }), 'read units') ?? [];

    expect(quantity).toBe(units * 43_800);
  });

  test('is billed for one more request with each eighty services', () => {
    const gigabyteSeconds = (count: number) => {
      const [all = 0] = line(estimate(watched(count), { assumptions: SMOOTH }), 'GB-seconds, arm64') ?? [];
      return all - count * 2_070.662109375;
    };

    // 43,800 × (4 × 0.01 s and 0.069102 s) × 0.25 GB, and 43,800 × 0.01 s × 0.25 GB
    expect(gigabyteSeconds(1)).toBeCloseTo(1_194.662109, 5);
    expect(gigabyteSeconds(80) - gigabyteSeconds(1)).toBeCloseTo(0, 5);
    expect(gigabyteSeconds(81) - gigabyteSeconds(80)).toBeCloseTo(109.5, 5);
  });

  test('is named apart, with its two metrics', () => {
    const { watchdog, services, shared, total } = estimate(watched(1), { assumptions: SMOOTH });

    expect(services.map(({ name }) => name)).toEqual(['s0']);
    expect(watchdog).toMatchObject({ alarms: expect.closeTo(0.6, 10), other: 0 });
    expect(watchdog.total + (services[0]?.total ?? 0) + shared.total).toBeCloseTo(total, 10);
  });
});

describe('what is shared', () => {
  test('is paid for once', () => {
    const shared = { ...NOTHING_SHARED, alarms: 3, compositeAlarms: 2, dashboards: 1 };
    const { total } = estimate({ services: [], shared }, { assumptions: SMOOTH });

    // 3 × 0.10 and 2 × 0.50 and 3.00
    expect(total).toBeCloseTo(4.3, 10);
  });

  test('has messages, each published and mailed, and an event for each where there is a bus', () => {
    const messages = { assumptions: { ...SMOOTH, changes: 1_000, undelivered: 1_000 } };
    const bill = estimate({ services: [], shared: { ...NOTHING_SHARED, hasBus: true } }, messages);

    // At 50 cents a million, $2 a hundred thousand, $1 a million; three requests of a queue each at 40 cents a million
    expect(line(bill, 'SNS requests')).toEqual([1_000, close(0.0005)]);
    expect(line(bill, 'e-mails')).toEqual([1_000, close(0.02)]);
    expect(line(bill, 'EventBridge events')).toEqual([1_000, close(0.001)]);
    expect(line(bill, 'SQS requests')).toEqual([3_000, close(0.0012)]);
    expect(line(estimate(planWith(), messages), 'EventBridge events')).toBeUndefined();
  });
});

describe('the free tiers', () => {
  const plan = {
    ...planWith(servicePlan({ alarms: 12, compositeAlarms: 1, metrics: 12 })),
    shared: { ...NOTHING_SHARED, dashboards: 4 },
  };
  const bill = estimate(plan, { assumptions: SMOOTH });
  const beyond = (unit: string, of = bill) => of.lines.find((each) => each.unit === unit)?.beyondFree;

  test('leave two of twelve alarms and metrics, the fourth dashboard, the composite alarm, and the writes', () => {
    expect(beyond('metric alarms')).toBeCloseTo(0.2, 10);
    expect(beyond('metric-months')).toBeCloseTo(0.6, 10);
    expect(beyond('dashboards')).toBe(3);
    expect(beyond('composite alarms')).toBe(0.5);
    expect(beyond('invocations')).toBe(0);
    expect(beyond('write units')).toBeCloseTo(0.05475, 10);
  });

  test('change nothing at list price', () => {
    expect(line(bill, 'dashboards')).toEqual([4, 12]);
    expect(bill.total - bill.totalBeyondFree).toBeGreaterThan(10);
  });

  test('have 5 GB of logs for what is written, kept and searched together', () => {
    const much = { ...SMOOTH, tickLogKb: 100, searches: 0 };
    const logs = estimate(planWith(servicePlan()), { assumptions: much });

    // 43,800 × 100 KB are 4.177094 GB; kept are 0.617981 GB: together less than 5.
    expect(beyond('GB written', logs)).toBe(0);
    expect(beyond('GB kept, compressed', logs)).toBe(0);
    const more = estimate(planWith(servicePlan()), { assumptions: { ...much, tickLogKb: 120 } });

    // 5.012512 GB are written, so that 0.012512 at 50 cents remain, and all that is kept.
    expect(beyond('GB written', more)).toBeCloseTo(0.006256, 6);
    expect(beyond('GB kept, compressed', more)).toBeCloseTo(0.022247, 6);
  });
});

describe('a region', () => {
  const plan = { ...planWith(servicePlan({ alarms: 1 })), shared: { ...NOTHING_SHARED, dashboards: 1 } };

  test.each([
    ['us-east-1', 0.0438, 0.05475, 0.012531, 3],
    // 43,800 at $1 a million; 87,600 at 70.5 cents; 0.025063 GB at 57 cents
    ['eu-west-1', 0.0438, 0.061758, 0.014286, 3],
    // 43,800 at $1.15 a million; 87,600 at 76.25 cents; 0.025063 GB at 63 cents
    ['eu-central-1', 0.05037, 0.066795, 0.015789, 3],
  ] as const)('has its own prices: %s', (region, invocations, writes, written, dashboard) => {
    const bill = estimate(plan, { assumptions: SMOOTH, region });

    expect(line(bill, 'invocations')?.[1]).toBeCloseTo(invocations, 6);
    expect(line(bill, 'write units')?.[1]).toBeCloseTo(writes, 6);
    expect(line(bill, 'GB written')?.[1]).toBeCloseTo(written, 6);
    expect(line(bill, 'dashboards')?.[1]).toBe(dashboard);
    expect(bill.region).toBe(region);
  });

  test('is refused if its prices are not known', () => {
    expect(regionOf('eu-central-1')).toBe('eu-central-1');
    for (const name of ['eu-south-2', 'EU-WEST-1', '', 'constructor'])
      expect(() => regionOf(name)).toThrow(
        `region: expected one whose prices are known (us-east-1, eu-west-1, eu-central-1), got '${name}'`,
      );
  });
});

describe('any bill', () => {
  const intervals = fc.integer({ min: 1_000, max: 7 * 86_400_000 });
  const assumptions = fc.record({
    workSeconds: fc.double({ min: 0, max: 900, noNaN: true }),
    failureShare: fc.double({ min: 0, max: 1, noNaN: true }),
    latenessSeconds: fc.double({ min: 0, max: 60, noNaN: true }),
    stateKb: fc.double({ min: 0, max: 400, noNaN: true }),
  });

  test('has no negative line, and none that is dearer beyond the free tiers', () => {
    fc.assert(
      fc.property(intervals, assumptions, (interval, assumed) => {
        const plan = { ...planWith(servicePlan({ pace: paceOf({ interval }) })), watchdog: WATCHDOG };
        const { lines } = estimate(plan, { assumptions: assumed });
        expect(lines.filter(({ dollars, beyondFree }) => !(beyondFree >= 0 && dollars >= beyondFree))).toEqual([]);
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
    expect(assume({ workSeconds: 3 })).toMatchObject({ workSeconds: 3, failureShare: 0.01, coldShare: 0.02 });
  });

  test.each([
    [{ workSeconds: -1 }, 'workSeconds: expected a number from 0, got -1'],
    [{ failureShare: 1.5 }, 'failureShare: expected a number from 0 to 1, got 1.5'],
    [{ latenessSeconds: 61 }, 'latenessSeconds: expected a number from 0 to 60, got 61'],
    [{ badHours: 731 }, 'badHours: expected a number from 0 to 730, got 731'],
    [{ changes: Number.NaN }, 'changes: expected a number from 0, got NaN'],
  ])('refuse %o', (reported, message) => {
    expect(() => assume(reported)).toThrow(new RangeError(message));
  });
});

describe('prices', () => {
  test('each name where they are from', () => {
    expect(Object.values(PRICES).filter(({ source }) => !/^https:\/\/aws\.amazon\.com\//.test(source))).toEqual([]);
  });
});
