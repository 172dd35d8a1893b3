/** What people get, and when: each scenario with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { DAY, type Part, scenario, spread } from './kit.ts';

describe('a cron service', () => {
  const cron = (name: string, expression: string, timezone = 'UTC'): Part => ({
    name,
    interval: '1d',
    cron: expression,
    timezone,
  });

  test('of weekdays says nothing over two weekends, and is overdue when its Monday is missing', async () => {
    const on = scenario({ services: [cron('weekdays', '0 9 ? * MON-FRI *')], checkEvery: 10 });
    await on.pass(10 * DAY);
    expect([on.newMessages(), on.unhealthy]).toEqual([[], []]);

    on.fate('weekdays', 'is not fired');
    await on.pass(2 * DAY);
    expect(on.newMessages()).toEqual(['+11d 09:11 weekdays/overdue']);
  });

  test('of the first day of each month says nothing for three months', async () => {
    const on = scenario({ services: [cron('monthly', '0 6 1 * ? *')], checkEvery: 60 });
    await on.pass(92 * DAY);

    expect([on.newMessages(), on.unhealthy]).toEqual([[], []]);
  });

  test.each([
    ['autumn', Date.UTC(2025, 9, 25, 12)],
    ['spring', Date.UTC(2026, 2, 28, 12)],
  ])('in a zone whose clocks change in %s says nothing', async (_season, from) => {
    const services = [
      { ...cron('hourly', '0 * * * ? *', 'Europe/Berlin'), interval: '1h' as const },
      { ...cron('often', '0/10 * * * ? *', 'Europe/Berlin'), interval: '10m' as const },
      cron('nightly', '30 2 * * ? *', 'Europe/Berlin'),
      cron('lord-howe', '15 2 * * ? *', 'Australia/Lord_Howe'),
    ];
    const on = scenario({ services, from, lateness: spread, checkEvery: 5 });
    await on.pass(2 * DAY);

    expect([on.newMessages(), on.unhealthy]).toEqual([[], []]);
  });
});
