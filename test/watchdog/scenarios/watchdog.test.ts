/** What people get, and when: each scenario with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { MINUTE, type Part, scenario } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };
const many = (count: number): Part[] =>
  Array.from({ length: count }, (_, index) => ({ ...POLL, name: `poll-${index + 1}` }));

describe('the watchdog', () => {
  test('that crashes between sending and remembering sends the same message twice, with one id, and then no more', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(10 * MINUTE);
    on.fate('poll', 'is fatal');
    on.crash('after sending');
    await on.pass(20 * MINUTE);

    expect(on.newMessages()).toEqual(['12:10 poll/halted', '12:11 poll/halted']);
    expect(new Set(on.notices.map(({ id }) => id)).size).toBe(1);
  });

  test('that was dead for an hour says what holds then, and nothing of what has healed meanwhile', async () => {
    const on = scenario({ services: many(2) });
    await on.pass(10 * MINUTE);
    on.fate('watch-services', 'is not fired');
    on.fate('poll-1', 'fails');
    on.fate('poll-2', 'is fatal');
    await on.pass(20 * MINUTE);
    on.fate('poll-1', 'succeeds');
    await on.pass(40 * MINUTE);
    expect(on.newMessages()).toEqual(['12:30 alarm watch-services/watchdog']);

    on.fate('watch-services', 'succeeds');
    await on.pass(10 * MINUTE);
    expect(on.newMessages()).toEqual(['13:10 poll-2/halted']);
  });
});
