/** What people get, and when: each story with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, type Part, story } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };
const _many = (count: number): Part[] =>
  Array.from({ length: count }, (_, index) => ({ ...POLL, name: `poll-${index + 1}` }));

describe('a pause', () => {
  test('of a day while halted is quiet, and what still holds at its end is said then', async () => {
    const on = story({ services: [{ ...POLL, restartAfter: 'never' }] });
    await on.pass(10 * MINUTE);
    on.fate('poll', 'is fatal');
    await on.pass(5 * MINUTE);
    expect(on.said()).toEqual(['12:10 poll/halted']);
    const before = on.unhealthy.length;
    await on.command('poll', { action: 'pause', until: '2025-10-10T12:15:00Z', reason: 'freeze', by: 'ann' });
    await on.pass(DAY - MINUTE);
    expect([on.said(), on.unhealthy.length - before]).toEqual([[], 0]);

    await on.pass(DAY);
    expect(on.said()).toEqual(['+1d 12:15 poll/halted']);
  });

  test('of a healthy service says nothing, neither when it begins nor when a person ends it', async () => {
    const on = story({ services: [POLL] });
    await on.pass(10 * MINUTE);
    await on.command('poll', { action: 'pause', reason: 'freeze', by: 'ann' });
    await on.pass(DAY);
    await on.command('poll', { action: 'resume' });
    await on.pass(HOUR);

    expect([on.said(), on.unhealthy]).toEqual([[], []]);
  });
});
