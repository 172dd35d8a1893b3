import { describe, expect, test } from 'vitest';
import { UnreadableStateError } from '../../lib/service/index.ts';
import { partsInMemory } from '../support/parts-in-memory.ts';
import { checks, failing, HOUR, halted, MINUTE, NOON, state, ticked, watched } from './check-kit.ts';

const noon = (minutes: number) => NOON + minutes * MINUTE;

describe('a change is sent once', () => {
  test('a trouble when it is found, and its end when a run has succeeded since', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', ticked(noon(0)));
    await on.checkServices(1);
    expect(on.newMessages()).toEqual([]);

    on.found.set('a', failing(noon(4)));
    await on.checkServices(5);
    await on.checkServices(6);
    expect(on.newMessages()).toEqual(['a/unhealthy/2025-10-09T12:02:00.000Z']);
    expect(on.unhealthy()).toEqual(['a']);

    on.found.set('a', ticked(noon(7)));
    await on.checkServices(8);
    await on.checkServices(9);
    expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T12:02:00.000Z']);
    expect(on.unhealthy()).toEqual([]);
  });

  test('a trouble that becomes another one is sent again, and a probe that fails is not', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', failing(noon(0)));
    await on.checkServices(1);
    on.found.set('a', { ...halted(noon(1)), streak: 4 });
    await on.checkServices(2);
    on.found.set('a', { ...halted(noon(20)), streak: 4 });
    await on.checkServices(21);

    expect(on.newMessages()).toEqual(['a/unhealthy/2025-10-09T11:58:00.000Z', 'a/halted/2025-10-09T12:01:01.000Z']);
  });

  test('a service that is well at the first check is not mentioned, and one in trouble is', async () => {
    const on = checks([watched('a'), watched('b')]);
    on.found.set('a', ticked(noon(0))).set('b', halted(noon(-90)));

    await on.checkServices(1);

    expect(on.newMessages()).toEqual(['b/halted/2025-10-09T10:30:01.000Z']);
  });

  test('a halt of another build, or after a resume, is another halt', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', halted(noon(0)));
    await on.checkServices(1);
    on.found.set('a', halted(noon(2), { halt: { at: noon(2), build: 'b2', cause: 'no' } }));
    await on.checkServices(3);
    on.found.set('a', halted(noon(4), { epoch: 1, halt: { at: noon(4), build: 'b2', cause: 'no' } }));
    await on.checkServices(5);

    expect(on.newMessages()).toEqual([
      'a/halted/2025-10-09T12:00:01.000Z',
      'a/halted/2025-10-09T12:02:00.000Z',
      'a/halted/2025-10-09T12:04:00.000Z',
    ]);
  });

  test('two streaks with a success between them that no check has seen are two troubles', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', failing(noon(0)));
    await on.checkServices(1);
    on.found.set('a', failing(noon(9)));
    await on.checkServices(10);

    expect(on.newMessages()).toEqual(['a/unhealthy/2025-10-09T11:58:00.000Z', 'a/unhealthy/2025-10-09T12:07:00.000Z']);
  });
});

describe('a resume is no recovery', () => {
  test('nothing is sent of it, and the first success after it is the recovery', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', halted(noon(0), { lastSuccess: noon(-30) }));
    await on.checkServices(1);
    on.newMessages();

    on.found.set('a', state({ lastTick: noon(0), lastSuccess: noon(-30), epoch: 1 }));
    await on.checkServices(2);
    expect([on.newMessages(), on.unhealthy()]).toEqual([[], []]);

    on.found.set('a', { ...ticked(noon(2)), epoch: 1 });
    await on.checkServices(3);
    expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T12:00:01.000Z']);
  });

  test('a service that halts again after it is halted anew', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', halted(noon(0)));
    await on.checkServices(1);
    on.found.set('a', state({ lastTick: noon(0), epoch: 1 }));
    await on.checkServices(2);
    on.found.set('a', halted(noon(3), { epoch: 1 }));
    await on.checkServices(4);

    expect(on.newMessages()).toEqual(['a/halted/2025-10-09T12:00:01.000Z', 'a/halted/2025-10-09T12:03:01.000Z']);
  });
});

describe('while a service is paused', () => {
  const pause = (until?: number) => ({ at: noon(0), reason: 'freeze', by: 'ann', ...(until ? { until } : {}) });

  test('nothing is sent, it is not unhealthy, and what still holds when the pause ends is sent then', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', halted(noon(0)));
    await on.checkServices(1);
    on.newMessages();
    on.found.set('a', halted(noon(0), { pause: pause(noon(60)) }));
    await on.checkServices(2);
    await on.checkServices(59);
    expect([on.newMessages(), on.unhealthy()]).toEqual([[], []]);

    await on.checkServices(61);
    await on.checkServices(62);

    expect(on.newMessages()).toEqual(['a/halted/2025-10-09T13:01:00.000Z']);
    expect(on.unhealthy()).toEqual(['a']);
  });

  test('a success meanwhile is a recovery that is sent when the pause ends', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', halted(noon(0)));
    await on.checkServices(1);
    on.newMessages();
    on.found.set('a', { ...ticked(noon(5)), pause: pause(noon(60)) });
    await on.checkServices(6);
    expect(on.newMessages()).toEqual([]);

    on.found.set('a', ticked(noon(5)));
    await on.checkServices(7);
    expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T12:00:01.000Z']);
  });

  test('ticks that it kept out are not missed after it', async () => {
    const on = checks([watched('a')]);
    on.found.set('a', { ...ticked(NOON), pause: pause() });
    await on.checkServices(1);
    await on.checkServices(10 * 60 + 20);
    on.found.set('a', ticked(NOON));
    await on.checkServices(10 * 60 + 25);
    expect(on.newMessages()).toEqual([]);

    await on.checkServices(11 * 60 + 3);
    expect(on.newMessages()).toEqual(['a/overdue/2025-10-09T23:00:00.000Z']);
  });
});

describe('a service that does not run', () => {
  test('has never run: it is sent after its first due time and the tolerance since the first check', async () => {
    const on = checks([watched('new')]);
    on.found.set('new', undefined);
    for (const minutes of [30, 62]) await on.checkServices(minutes);
    expect(on.newMessages()).toEqual([]);

    await on.checkServices(63);
    await on.checkServices(200);
    expect(on.newMessages()).toEqual(['new/never-ran/2025-10-09T13:00:00.000Z']);

    on.found.set('new', ticked(noon(240)));
    await on.checkServices(241);
    expect(on.newMessages()).toEqual(['new/recovered/2025-10-09T13:00:00.000Z']);
  });

  test('is overdue at any interval, until a tick succeeds; neither a run under way nor one by hand ends it', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', ticked(noon(0)));
    await on.checkServices(0);
    await on.checkServices(4);
    expect(on.newMessages()).toEqual(['a/overdue/2025-10-09T12:01:00.000Z']);

    const running = { fence: 10, lease: { owner: 'o', until: noon(6) } };
    on.found.set('a', { ...ticked(noon(0)), ...running });
    await on.checkServices(5);
    const byHand = { outcome: 'succeeded' as const, at: noon(5), durationMs: 100, manual: true };
    on.found.set('a', { ...ticked(noon(0)), lastSuccess: noon(5) + 100, runs: [byHand] });
    await on.checkServices(9);
    expect([on.newMessages(), on.unhealthy()]).toEqual([[], ['a']]);

    on.found.set('a', ticked(noon(10)));
    await on.checkServices(11);
    expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T12:01:00.000Z']);
  });

  test('a state that cannot be read is sent at once, beside the others', async () => {
    const on = checks([watched('a'), watched('b')]);
    on.found.set('a', new UnreadableStateError('state-damaged', 'a', 'its state is damaged: done'));
    on.found.set('b', ticked(NOON));

    await on.checkServices(1);
    await on.checkServices(2);

    expect(on.newMessages()).toEqual(['a/unreadable/2025-10-09T12:01:00.000Z']);
    expect(on.unhealthy()).toEqual(['a']);
  });

  test('a state that could not be read once and can again is no recovery without a later success', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', new UnreadableStateError('state-newer', 'a', 'its state is newer'));
    await on.checkServices(1);
    on.newMessages();
    on.found.set('a', ticked(noon(0)));
    await on.checkServices(2);
    expect(on.newMessages()).toEqual([]);

    on.found.set('a', ticked(noon(2)));
    await on.checkServices(3);
    expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T12:01:00.000Z']);
  });
});

describe('a deploy', () => {
  test('with a shorter interval makes no due time missed that was before it', async () => {
    const on = checks([watched('a', 45 * MINUTE)]);
    on.found.set('a', ticked(noon(0)));
    await on.checkServices(1);
    on.watch([watched('a', MINUTE)]);
    for (const minutes of [40, 41, 42]) await on.checkServices(minutes);
    expect(on.newMessages()).toEqual([]);

    await on.checkServices(44);
    expect(on.newMessages()).toEqual(['a/overdue/2025-10-09T12:41:00.000Z']);
  });

  test('with another interval lifts no trouble of a service that does not run', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', ticked(noon(0)));
    await on.checkServices(1);
    await on.checkServices(5);
    on.newMessages();
    on.watch([watched('a', 6 * HOUR)]);

    await on.checkServices(6);

    expect([on.newMessages(), on.unhealthy()]).toEqual([[], ['a']]);
  });

  test('without a service sends nothing about it, and remembers only its name and when it was missed', async () => {
    const memory = partsInMemory();
    const on = checks([watched('a'), watched('b')], { memory });
    on.found.set('a', halted(noon(0))).set('b', ticked(NOON));
    await on.checkServices(1);
    on.newMessages();
    on.watch([watched('b')]);
    await on.checkServices(2);

    expect([on.newMessages(), on.unhealthy()]).toEqual([[], []]);
    const [part] = await memory.load({ signal: new AbortController().signal } as never);
    expect(Object.keys(part?.entries ?? {})).toEqual(['a', 'b']);
    expect(part?.entries['a']).toEqual({
      schedule: expect.any(String),
      floor: NOON + MINUTE,
      removed: NOON + 2 * MINUTE,
    });
  });

  test('without a service drops the message that it still owed about it', async () => {
    const on = checks([watched('a'), watched('b')]);
    on.found.set('a', halted(noon(0))).set('b', ticked(NOON));
    on.broken.add('sns');
    await expect(on.checkServices(1)).rejects.toThrow('the sender sns failed');
    on.broken.clear();
    on.watch([watched('b')]);

    await on.checkServices(2);
    await on.checkServices(3);

    expect(on.newMessages()).toEqual([]);
  });

  test('with a service that was removed before sees it for the first time', async () => {
    const memory = partsInMemory();
    const on = checks([watched('a', MINUTE), watched('b')], { memory });
    on.found.set('a', ticked(noon(0))).set('b', ticked(NOON));
    await on.checkServices(1);
    on.watch([watched('b')]);
    await on.checkServices(2);
    on.watch([watched('a', MINUTE), watched('b')]);
    await on.checkServices(30);
    const [part] = await memory.load({ signal: new AbortController().signal } as never);

    expect(on.newMessages()).toEqual([]);
    expect(part?.entries['a']).toEqual({ schedule: expect.any(String), floor: NOON + 30 * MINUTE });
  });
});

describe('sending', () => {
  test('a sender that fails is tried again at the next check, and the others are not', async () => {
    const on = checks([watched('a')], { senders: ['sns', 'webhook'] });
    on.found.set('a', halted(noon(0)));
    on.broken.add('webhook');

    await expect(on.checkServices(1)).rejects.toThrow(
      'watch-services: the sender webhook failed; the next check sends again what it owes',
    );
    expect(on.notices.splice(0).map(({ sender }) => sender)).toEqual(['sns']);

    on.broken.clear();
    await on.checkServices(2);
    await on.checkServices(3);
    expect(on.notices.map(({ sender, notice }) => [sender, notice.id])).toEqual([
      ['webhook', 'a/halted/2025-10-09T12:00:01.000Z'],
    ]);
  });

  test('what a sender still owes is replaced by what has happened since', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', failing(noon(0)));
    on.broken.add('sns');
    await on.checkServices(1).catch(() => {});
    on.found.set('a', ticked(noon(1)));
    on.broken.clear();
    await on.checkServices(2);

    expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T11:58:00.000Z']);
  });

  test('a watchdog that crashes after it has sent sends the same again, with the same id', async () => {
    const on = checks([watched('a')]);
    on.found.set('a', new UnreadableStateError('state-damaged', 'a', 'its state is damaged: done'));
    await on.checkServices(1, { crashes: true }).catch(() => {});
    await on.checkServices(2);
    await on.checkServices(3);

    expect(on.newMessages()).toEqual([
      'a/unreadable/2025-10-09T12:01:00.000Z',
      'a/unreadable/2025-10-09T12:01:00.000Z',
    ]);
  });

  test('more than ten changes of a check are one notice that names all', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `s${index + 10}`);
    const on = checks(names.map((name) => watched(name)));
    for (const name of names) on.found.set(name, halted(noon(0)));

    await on.checkServices(1);

    expect(on.notices).toHaveLength(1);
    expect(on.notices[0]?.notice).toMatchObject({ subject: 'Prod: 11 services changed: 11 halted' });
    for (const name of names) expect(on.notices[0]?.notice.text).toContain(`${name} is halted`);
  });

  test('ten changes are ten notices', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `s${index + 10}`);
    const on = checks(names.map((name) => watched(name)));
    for (const name of names) on.found.set(name, halted(noon(0)));

    await on.checkServices(1);

    expect(on.newMessages()).toEqual(names.map((name) => `${name}/halted/2025-10-09T12:00:01.000Z`));
  });

  test('without a sender a change is in the log alone', async () => {
    const on = checks([watched('a')], { senders: [] });
    on.found.set('a', halted(noon(0)));
    await on.checkServices(1);
    await on.checkServices(2);

    expect(on.log.of('warn')).toEqual(['a is halted since 2025-10-09T12:00:01.000Z: it has stopped running.']);
  });
});

describe('what the alarm of the watchdog rests on', () => {
  test('a scheduled check counts what it judged, and one by hand counts nothing', async () => {
    const on = checks([watched('a'), watched('b')]);
    on.found.set('a', halted(noon(0))).set('b', ticked(NOON));
    await on.checkServices(1);
    await on.checkServices(2, { manual: true });

    expect(on.counts).toEqual([{ watched: 2, unhealthy: 1 }]);
  });

  test('a check that could not say what it found, or did not find a state, counts nothing', async () => {
    const on = checks([watched('a'), watched('b')]);
    on.found.set('a', halted(noon(0)));
    on.broken.add('sns');

    await expect(on.checkServices(1)).rejects.toThrow(
      'watch-services: the states of b were not read; they are not judged; the sender sns failed; ' +
        'the next check sends again what it owes',
    );
    expect(on.counts).toEqual([]);
    expect(on.unhealthy()).toEqual(['a']);
  });

  test('nothing is written to the memory while nothing changes', async () => {
    const memory = partsInMemory();
    const on = checks([watched('a', MINUTE), watched('b', MINUTE)], { memory });
    on.found.set('a', failing(noon(0)));
    for (let minute = 1; minute < 30; minute++) {
      on.found.set('b', ticked(noon(minute)));
      on.found.set('a', failing(noon(minute), 3 + minute));
      await on.checkServices(minute);
    }

    // The first check: what it saw, then that it was sent.
    expect(memory.writes()).toBe(2);
  });
});

describe('the cause of failures', () => {
  test('is that of the newest run', async () => {
    const asked: unknown[] = [];
    const failures = async (runs: readonly unknown[]) => {
      asked.push(...runs);
      return new Map([['a', 'HttpStatusError: 503']]);
    };
    const on = checks([watched('a', MINUTE)], { failures });
    on.found.set('a', failing(noon(0)));
    await on.checkServices(1);

    expect(asked).toEqual([{ service: 'a', at: noon(0), fence: 9 }]);
    expect(on.notices[0]?.notice.changes[0]?.cause).toBe('HttpStatusError: 503');
  });

  test('is left out if it cannot be read', async () => {
    const on = checks([watched('a', MINUTE)], { failures: async () => Promise.reject(new Error('throttled')) });
    on.found.set('a', failing(noon(0)));
    await on.checkServices(1);

    expect(on.notices[0]?.notice.changes[0]).not.toHaveProperty('cause');
  });
});
