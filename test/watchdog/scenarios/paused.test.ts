/** What people get, and when: each scenario with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, type Part, scenario } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };

describe('a pause', () => {
  test('of a day while halted is quiet, and what still holds at its end is sent then', async () => {
    const on = scenario({ services: [{ ...POLL, restartAfter: 'never' }] });
    await on.pass(10 * MINUTE);
    on.fate('poll', 'is fatal');
    await on.pass(5 * MINUTE);
    expect(on.newMessages()).toEqual(['12:10 poll/halted']);
    const before = on.unhealthy.length;
    await on.command('poll', { action: 'pause', until: '2025-10-10T12:15:00Z', reason: 'freeze', by: 'ann' });
    await on.pass(DAY - MINUTE);
    expect([on.newMessages(), on.unhealthy.length - before]).toEqual([[], 0]);

    await on.pass(HOUR);
    expect(on.newMessages()).toEqual(['+1d 12:15 poll/halted']);
  });

  test('of a healthy service says nothing, neither when it begins nor when a person ends it', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(10 * MINUTE);
    await on.command('poll', { action: 'pause', reason: 'freeze', by: 'ann' });
    await on.pass(6 * HOUR);
    await on.command('poll', { action: 'resume' });
    await on.pass(HOUR);

    expect([on.newMessages(), on.unhealthy]).toEqual([[], []]);
  });
});
