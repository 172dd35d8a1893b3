/** What people get, and when: each scenario with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, type Part, scenario, spread } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };

describe('a deploy', () => {
  test('for the first time says nothing', async () => {
    const hourly: Part = { name: 'hourly', interval: '1h' };
    const rate: Part = { name: 'rate', interval: '7h' };
    const on = scenario({ services: [POLL, hourly, rate] });
    await on.pass(8 * HOUR);

    expect([on.newMessages(), on.unhealthy]).toEqual([[], []]);
  });

  test.each([
    ['15m', '1m'],
    ['45m', '1m'],
    ['1m', '6h'],
    ['7h', '1m'],
    ['1d', '1h'],
  ])('that changes an interval from %s to %s says nothing, at any minute', async (from, to) => {
    const parts = (interval: string): Part[] => [{ name: 'poll', interval: interval as '1m' }];
    for (let minute = 1; minute <= 46; minute += 15) {
      const on = scenario({ services: parts(from), lateness: spread });
      await on.pass(HOUR + minute * MINUTE);
      on.deploy(parts(to));
      await on.pass(HOUR + 20 * MINUTE);
      expect([minute, on.newMessages(), on.unhealthy]).toEqual([minute, [], []]);
    }
  });

  test('every ten minutes for a day, each with another interval, says nothing', async () => {
    const on = scenario({ services: [POLL] });
    for (let round = 0; round < 6 * 24; round++) {
      on.deploy([{ ...POLL, interval: round % 2 === 0 ? '15m' : '1m' }], `b${round % 3}`);
      await on.pass(10 * MINUTE);
    }

    expect([on.newMessages(), on.unhealthy]).toEqual([[], []]);
  });

  test('every ten minutes of the same schedule keeps no service that does not run from being overdue', async () => {
    const on = scenario({ services: [{ ...POLL, interval: '15m' }] });
    await on.pass(HOUR);
    on.fate('poll', 'is not fired');
    for (let round = 0; round < 12; round++) {
      on.deploy([{ ...POLL, interval: '15m' }], `b${round}`);
      await on.pass(10 * MINUTE);
    }

    expect(on.newMessages()).toEqual(['13:02 poll/overdue']);
  });
});
