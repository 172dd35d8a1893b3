/**
 * What people get of the watchdog and of CloudWatch's alarms together: the real handlers, the real watchdog, and the
 * synthesised alarms in every reading of CloudWatch.
 */
import { describe, expect, test } from 'vitest';
import { READINGS, type Reading } from '../../infra/alarms/evaluator.ts';
import { HOUR, MINUTE, type Part, scenario } from './kit.ts';

const POLL: Part = { name: 'poll', interval: '1m', consecutive: 3, backoff: 3, restartAfter: '30m' };
const many = (count: number): Part[] =>
  Array.from({ length: count }, (_, index) => ({ ...POLL, interval: '5m', name: `poll-${index + 1}` }));
/** The minutes from `from` to the first message that names an alarm. */
const minutesTo = (messages: readonly string[], alarm: string, from: number) => {
  const found = messages.find((each) => each.endsWith(` alarm ${alarm}`)) ?? '';
  const [, hours = 0, minutes = 0] = /(\d\d):(\d\d) /.exec(found) ?? [];
  return Number(hours) * 60 + Number(minutes) - from;
};

describe.each(READINGS)('with $checkBack windows of look-back, $windows, delayed by $delay ms,', (reading: Reading) => {
  test('a first deploy and quiet hours notify nobody', async () => {
    const on = scenario({ services: [POLL], reading });
    await on.pass(3 * HOUR);

    expect([on.newMessages(), on.firing]).toEqual([[], []]);
  });

  test('a service that fails, halts and recovers gives three messages, and its alarm shows it and clears', async () => {
    const on = scenario({ services: [POLL], reading });
    await on.pass(HOUR);
    on.fate('poll', 'fails');
    await on.pass(HOUR);
    expect(on.newMessages()).toEqual(['13:02 poll/unhealthy', '13:12 poll/halted']);
    expect(on.firing).toEqual(['poll/unhealthy']);

    on.fate('poll', 'succeeds');
    await on.pass(HOUR);
    expect(on.newMessages()).toEqual(['14:12 poll/recovered']);
    expect([on.firing, on.fired('poll/unhealthy').length]).toEqual([[], 1]);
  });

  test('a role that Scheduler cannot use any more rings by what the stack counts, and the watchdog names all', async () => {
    const on = scenario({ services: many(20), reading });
    await on.pass(HOUR);
    for (const { name } of many(20)) on.fate(name, 'cannot be invoked');
    await on.pass(HOUR);

    const sent = on.newMessages();
    expect(sent.filter((each) => !each.includes('alarm'))).toEqual(['13:02 20 services changed: 20 overdue']);
    expect(
      sent
        .filter((each) => each.includes('alarm'))
        .map((each) => each.slice(6))
        .toSorted(),
    ).toEqual(['alarm delivery-errors', 'alarm dropped', 'alarm lost']);

    for (const { name } of many(20)) on.fate(name, 'succeeds');
    await on.pass(2 * HOUR);
    expect(on.newMessages()).toEqual(['14:00 20 services changed: 20 recovered']);
    // Nothing has to be purged or reset.
    expect(on.firing).toEqual([]);
  });

  test('a watchdog that stops rings once, within 22 minutes, also while somebody asks it each minute', async () => {
    const on = scenario({ services: [POLL], reading });
    await on.pass(HOUR);
    on.fate('watch-services', 'is not fired');
    for (let minute = 0; minute < 60; minute++) {
      await on.pass(MINUTE);
      await on.command('watch-services', { action: minute % 2 === 0 ? 'run-once' : 'status' });
    }

    const sent = on.newMessages();
    expect(sent).toHaveLength(1);
    expect(minutesTo(sent, 'watch-services/watchdog', 13 * 60)).toBeGreaterThanOrEqual(14);
    expect(minutesTo(sent, 'watch-services/watchdog', 13 * 60)).toBeLessThanOrEqual(22);

    on.fate('watch-services', 'succeeds');
    await on.pass(HOUR);
    expect([on.newMessages(), on.firing]).toEqual([[], []]);
  });

  test('a service whose function cannot be loaded gives one message, and no alarm on deliveries', async () => {
    const on = scenario({ services: [POLL], reading });
    on.fate('poll', 'cannot load');
    await on.pass(2 * HOUR);

    expect(on.newMessages()).toEqual(['12:04 poll/never-ran']);
    expect(on.firing).toEqual(['poll/unhealthy']);
  });
});
