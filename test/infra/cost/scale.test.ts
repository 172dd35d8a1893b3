/** Many services: alone or in groups, with the figures of AWS's limits and of prices worked out by hand. */
import { describe, expect, test } from 'vitest';
import { asGroup, estimate, manyLike, type Plan, scales, withoutAlarms } from '../../../infra/cost/index.ts';
import { NOTHING_SHARED, planWith, SMOOTH, servicePlan, WATCHDOG } from './kit.ts';

const service = servicePlan({ alarms: 1, resources: 6 });
const plan: Plan = {
  services: [service],
  watchdog: WATCHDOG,
  shared: { ...NOTHING_SHARED, alarms: 5, resources: 25 },
};

describe('a group', () => {
  test('has a schedule and an alarm for each service, and one function, role, log and configuration', () => {
    const { services, resources } = asGroup(service, 20);

    expect(resources).toBe(20 * 2 + 4);
    expect(services).toHaveLength(20);
    expect(services[19]).toEqual({ ...service, name: 'sync-20', resources: 2 });
    expect(asGroup(withoutAlarms(service), 20).resources).toBe(20 + 4);
  });

  test('costs what its services cost in functions of their own, since all is billed by use', () => {
    const grouped = estimate({ ...plan, services: asGroup(service, 20).services }, { assumptions: SMOOTH });
    const alone = estimate({ ...plan, services: manyLike(service, 20) }, { assumptions: SMOOTH });

    expect(grouped.total).toBeCloseTo(alone.total, 10);
    // An engine of 0.134919, 0.005475 for the watchdog's reads, 0.013137 of logs, 0.10 for the alarm
    expect(grouped.services[0]?.total).toBeCloseTo(0.253531, 6);
  });
});

describe('a service without its alarms', () => {
  test('costs 10 cents less and has one resource less', () => {
    const cost = (one: typeof service) => estimate(planWith(one), { assumptions: SMOOTH }).services[0]?.total ?? 0;

    expect(cost(service) - cost(withoutAlarms(service))).toBeCloseTo(0.1, 10);
    expect(withoutAlarms(service).resources).toBe(5);
  });
});

describe('many services', () => {
  const made = scales(plan, { assumptions: SMOOTH });

  test.each([
    // A stack takes 475 resources besides those that it shares: 79 services, or 10 groups by its 200 outputs.
    [1, 1, 1, 31],
    [20, 1, 1, 145],
    [20, 20, 1, 69],
    [100, 1, 2, 650],
    [100, 20, 1, 245],
    [1_000, 1, 13, 6_325],
    [1_000, 20, 5, 2_325],
  ])('%i in functions of %i need %i stacks and %i resources', (services, groupOf, stacks, resources) => {
    expect(made.filter((each) => each.services === services && each.groupOf === groupOf)).toEqual([
      expect.objectContaining({ stacks, resources }),
    ]);
  });

  test('cost what each costs, and what each of their stacks shares', () => {
    const [one] = made;

    expect(one).toMatchObject({
      aService: expect.closeTo(0.253531, 6),
      aServiceWithoutAlarms: expect.closeTo(0.153531, 6),
      // 0.50 for five alarms; the watchdog: 0.60, 0.0438 + 0.00876 + 0.05475 + 0.015929 + 0.005475, logs 0.019706
      total: expect.closeTo(0.253531 + 0.5 + 0.74842, 5),
    });
  });

  test('are none for a plan without services', () => {
    expect(scales(planWith())).toEqual([]);
  });
});
