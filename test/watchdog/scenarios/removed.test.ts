/** What people get when a deploy leaves a service out: nothing more about it. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, type Part, scenario } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };

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
