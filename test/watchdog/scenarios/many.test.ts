/** What people get, and when: each scenario with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, type Part, scenario } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };
const many = (count: number): Part[] =>
  Array.from({ length: count }, (_, index) => ({ ...POLL, name: `poll-${index + 1}` }));

describe('many services', () => {
  test('two that break one after the other are messages of their own', async () => {
    const on = scenario({ services: many(2) });
    await on.pass(10 * MINUTE);
    on.fate('poll-1', 'fails');
    await on.pass(2 * MINUTE);
    on.fate('poll-2', 'fails');
    await on.pass(3 * MINUTE);
    on.fate('poll-1', 'succeeds');
    await on.pass(10 * MINUTE);
    on.fate('poll-2', 'succeeds');
    await on.pass(10 * MINUTE);

    const newMessages = on.newMessages();
    expect(newMessages.filter((each) => each.includes('poll-1'))).toEqual([
      '12:12 poll-1/unhealthy',
      '12:15 poll-1/recovered',
    ]);
    expect(newMessages.filter((each) => each.includes('poll-2'))).toEqual([
      '12:14 poll-2/unhealthy',
      '12:24 poll-2/halted',
    ]);
  });

  test('twelve that halt at once are one message that names all', async () => {
    const on = scenario({ services: many(12) });
    await on.pass(10 * MINUTE);
    for (const { name } of many(12)) on.fate(name, 'is fatal');
    await on.pass(10 * MINUTE);

    expect(on.newMessages()).toEqual(['12:10 12 services changed: 12 halted']);
    for (const { name } of many(12)) expect(on.notices[0]?.text).toContain(`${name} is halted since`);
  });

  test('twenty whose role Scheduler cannot use any more are one message that names all, beside what deliveries ring', async () => {
    const on = scenario({ services: many(20) });
    await on.pass(HOUR);
    for (const { name } of many(20)) on.fate(name, 'cannot be invoked');
    await on.pass(2 * HOUR);

    expect(on.newMessages()).toEqual([
      '13:02 alarm dropped',
      '13:02 alarm lost',
      '13:02 20 services changed: 20 overdue',
      '13:11 alarm delivery-errors',
    ]);
  });
});
