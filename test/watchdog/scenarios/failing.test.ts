/** What people get, and when: each scenario with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, type Part, scenario } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };

describe('a service that fails', () => {
  test('is unhealthy at its third failure, then halted, and recovers with its first success; probes say nothing', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(10 * MINUTE);
    on.fate('poll', 'fails');
    await on.pass(4 * HOUR);
    expect(on.newMessages()).toEqual(['12:12 poll/unhealthy', '12:22 poll/halted']);

    on.fate('poll', 'succeeds');
    await on.pass(2 * HOUR);
    expect(on.newMessages()).toEqual(['16:22 poll/recovered']);
    expect(on.unhealthy).toHaveLength(16 * 60 + 22 - (12 * 60 + 12));
  });

  test('twice in a row and then succeeds is not mentioned', async () => {
    const on = scenario({ services: [POLL] });
    for (let round = 0; round < 20; round++) {
      on.fate('poll', 'fails');
      await on.pass(2 * MINUTE);
      on.fate('poll', 'succeeds');
      await on.pass(MINUTE);
    }

    expect([on.newMessages(), on.unhealthy]).toEqual([[], []]);
  });

  test('with a fatal error is halted at once, with its cause and the command', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(10 * MINUTE);
    on.fate('poll', 'is fatal');
    await on.pass(20 * MINUTE);

    expect(on.newMessages()).toEqual(['12:10 poll/halted']);
    const [change] = on.notices[0]?.changes ?? [];
    expect(change?.cause).toContain('undefined is not a function');
    expect(change?.command).toBe('npx tickover invoke poll resume');
  });

  test('again after a person has resumed it is halted again, and a resume alone says nothing', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(10 * MINUTE);
    on.fate('poll', 'is fatal');
    await on.pass(5 * MINUTE);
    on.newMessages();
    await on.command('poll', { action: 'resume' });
    await on.pass(5 * MINUTE);

    expect(on.newMessages()).toEqual(['12:15 poll/halted']);
  });
});
