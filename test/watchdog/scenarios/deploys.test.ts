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

describe('a deploy without a service', () => {
  const OTHER: Part = { name: 'other', interval: '1m' };

  test.each(['fails', 'is fatal', 'is not fired'] as const)(
    'sends nothing more about it, whose last runs met the fate "%s", and the others go on',
    async (fate) => {
      const on = scenario({ services: [POLL, OTHER] });
      await on.pass(HOUR);
      on.fate('poll', fate);
      await on.pass(HOUR);
      const troubles = on.newMessages();
      on.deploy([OTHER]);
      const samples = on.unhealthy.length;
      await on.pass(12 * HOUR);

      expect(troubles.some((message) => message.includes('poll/'))).toBe(true);
      expect([on.newMessages().filter((message) => message.includes('poll')), on.unhealthy.length]).toEqual([
        [],
        samples,
      ]);
      on.fate('other', 'is fatal');
      await on.pass(5 * MINUTE);
      expect(on.newMessages().some((message) => message.includes('other/halted'))).toBe(true);
    },
  );

  test('that comes back later sends nothing for the time in which it was away', async () => {
    const on = scenario({ services: [POLL, OTHER] });
    await on.pass(HOUR);
    on.deploy([OTHER]);
    await on.pass(12 * HOUR);
    on.deploy([POLL, OTHER]);
    await on.pass(HOUR);

    expect(on.newMessages()).toEqual([]);
  });
});
