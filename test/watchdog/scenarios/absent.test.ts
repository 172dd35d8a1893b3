/** What people get, and when: each scenario with the real handlers, the real watchdog and every due time. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, type Part, scenario } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };

describe('a service that does not run', () => {
  test('since its function cannot be loaded from the first deploy on has never run', async () => {
    const on = scenario({ services: [POLL] });
    on.fate('poll', 'cannot load');
    await on.pass(HOUR);
    expect(on.newMessages()).toEqual(['12:04 poll/never-ran']);

    on.fate('poll', 'succeeds');
    await on.pass(5 * MINUTE);
    expect(on.newMessages()).toEqual(['13:00 poll/recovered']);
  });

  test('since a deploy broke its function is overdue', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(HOUR);
    on.deploy([POLL], 'b2');
    on.fate('poll', 'cannot load');
    await on.pass(HOUR);

    expect(on.newMessages()).toEqual(['13:02 poll/overdue']);
  });

  test('since its schedule was disabled after an hour is overdue, until it runs again', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(HOUR);
    on.fate('poll', 'is not fired');
    await on.pass(6 * HOUR);
    on.fate('poll', 'succeeds');
    await on.pass(HOUR);

    expect(on.newMessages()).toEqual(['13:02 poll/overdue', '19:00 poll/recovered']);
  });

  test('since its schedule never fires has never run, whatever its interval', async () => {
    const hourly: Part = { name: 'hourly', interval: '1h' };
    const rate: Part = { name: 'rate', interval: '7h' };
    const on = scenario({ services: [POLL, hourly, rate] });
    for (const name of ['poll', 'hourly', 'rate']) on.fate(name, 'is not fired');
    await on.pass(12 * HOUR);

    expect(on.newMessages()).toEqual(['12:04 poll/never-ran', '13:02 hourly/never-ran', '19:03 rate/never-ran']);
  });

  test('while it is halted is halted, and one message says so', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(10 * MINUTE);
    on.fate('poll', 'is fatal');
    await on.pass(2 * MINUTE);
    on.fate('poll', 'is not fired');
    await on.pass(6 * HOUR);

    expect(on.newMessages()).toEqual(['12:10 poll/halted']);
  });

  test('but is run by hand each hour stays overdue: no command is a sign of life', async () => {
    const on = scenario({ services: [POLL] });
    await on.pass(HOUR);
    on.fate('poll', 'is not fired');
    for (let hour = 0; hour < 5; hour++) {
      await on.pass(HOUR);
      await on.command('poll', { action: hour % 2 === 0 ? 'run-once' : 'status' });
    }
    expect(on.newMessages()).toEqual(['13:02 poll/overdue']);
    expect(on.unhealthy).toHaveLength(5 * 60 - 2);
  });
});
