/** Checks under hardships: services that never end a run, slow senders, damaged memory, commands of people. */
import { describe, expect, test } from 'vitest';
import type { MemoryPart, MemoryStore } from '../../lib/watchdog/index.ts';
import { partsInMemory } from '../support/parts-in-memory.ts';
import { checks, failing, HOUR, halted, MINUTE, NOON, state, ticked, watched } from './check-kit.ts';

const noon = (minutes: number) => NOON + minutes * MINUTE;
const owner = 'o';

describe('runs that never end', () => {
  test('are failures although no run has counted them: a service whose process dies each time is unhealthy', async () => {
    const on = checks([watched('a', MINUTE)]);
    on.found.set('a', ticked(noon(0)));
    await on.checkServices(0);
    for (const minute of [1, 2, 3, 4]) {
      const lease = { owner, until: noon(minute) + 30_000, tick: noon(minute) };
      on.found.set('a', { ...ticked(noon(0)), fence: 9 + minute, lease });
      await on.checkServices(minute + 0.75);
    }

    expect(on.notices.map(({ notice }) => notice.changes[0])).toEqual([
      expect.objectContaining({
        id: 'a/unhealthy/2025-10-09T12:03:00.000Z',
        happened: 'a is failing: its last 3 runs failed.',
        cause: 'its process died in its last run',
      }),
    ]);
  });

  test('are none while the newest of them is under way', async () => {
    const on = checks([watched('a', MINUTE)]);
    const lease = { owner, until: noon(3) + 30_000, tick: noon(3) };
    on.found.set('a', { ...ticked(noon(0)), fence: 12, lease });
    await on.checkServices(3.25);

    expect(on.newMessages()).toEqual([]);
  });
});

describe('a slow sender', () => {
  test('gets the rest at the next checks, and keeps no other from getting each message once', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    const on = checks(
      names.map((name) => watched(name)),
      { senders: ['webhook', 'sns'] },
    );
    for (const name of names) on.found.set(name, halted(noon(0)));
    on.slow.set('webhook', 4_900);
    for (let minute = 1; minute < 8; minute++) await on.checkServices(minute).catch(() => {});

    const got = (sender: string) => on.notices.filter((each) => each.sender === sender).map(({ notice }) => notice.id);
    expect(got('sns')).toEqual(names.map((name) => `${name}/halted/2025-10-09T12:00:01.000Z`));
    expect(got('webhook')).toEqual(got('sns'));
  });
});

describe('a service that nothing fires', () => {
  test('is not recovered by runs by hand, however many and whenever they are seen', async () => {
    const on = checks([watched('a', 15 * MINUTE)]);
    on.found.set('a', ticked(noon(0)));
    await on.checkServices(0);
    await on.checkServices(18);
    expect(on.newMessages()).toEqual(['a/overdue/2025-10-09T12:15:00.000Z']);

    const byHand = { outcome: 'succeeded' as const, at: noon(20), durationMs: 100, manual: true };
    const succeeded = { ...ticked(noon(0)), lastSuccess: noon(20), runs: [byHand] };
    on.found.set('a', { ...succeeded, fence: 11, lease: { owner, until: noon(25) } });
    await on.checkServices(21);
    on.found.set('a', succeeded);
    await on.checkServices(40);
    expect([on.newMessages(), on.unhealthy()]).toEqual([[], ['a']]);

    on.found.set('a', ticked(noon(45)));
    await on.checkServices(46);
    expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T12:15:00.000Z']);
  });

  test('and has never run is reported once, with its first due time, also when somebody runs it by hand', async () => {
    const on = checks([watched('new')]);
    on.found.set('new', undefined);
    for (const minute of [0, 30, 63]) await on.checkServices(minute);
    const byHand = { outcome: 'succeeded' as const, at: noon(70), durationMs: 100, manual: true };
    on.found.set('new', state({ lastSuccess: noon(70), runs: [byHand] }));
    await on.checkServices(75);

    expect(on.notices.map(({ notice }) => notice.changes[0]?.happened)).toEqual([
      'new has never run, though it was due at 2025-10-09T13:00:00.000Z.',
    ]);
  });

  test('after a pause that ended by itself is overdue with the first due time after that end', async () => {
    const on = checks([watched('a')]);
    const pause = { at: noon(1), until: noon(59), reason: 'freeze', by: 'ann' };
    on.found.set('a', { ...ticked(NOON), pause });
    await on.checkServices(1);
    await on.checkServices(60.5);
    await on.checkServices(63);

    expect(on.newMessages()).toEqual(['a/overdue/2025-10-09T13:00:00.000Z']);
  });

  test('again is reported with the due time that was missed, under another id', async () => {
    const on = checks([watched('a')]);
    on.found.set('a', ticked(NOON));
    for (const minute of [0, 30, 63]) await on.checkServices(minute);
    const pause = { at: noon(64), until: noon(90), reason: 'freeze', by: 'ann' };
    on.found.set('a', { ...ticked(NOON), pause });
    for (const minute of [65, 91, 123]) await on.checkServices(minute);

    const [, again] = on.notices.map(({ notice }) => notice.changes[0]);
    expect(again?.id).not.toBe('a/overdue/2025-10-09T13:00:00.000Z');
    expect(again?.happened).toBe('a is overdue: its tick of 2025-10-09T14:00:00.000Z has left no trace.');
  });
});

describe('a watchdog that was away', () => {
  test('for more than an hour reports nothing that was due meanwhile, and what is missed from then on', async () => {
    const on = checks([watched('a'), watched('dead')]);
    on.found.set('a', ticked(NOON)).set('dead', ticked(NOON));
    await on.checkServices(1);
    await on.checkServices(8 * 60 + 30);
    on.found.set('a', ticked(noon(9 * 60)));
    await on.checkServices(9 * 60 + 1);
    expect(on.newMessages()).toEqual([]);

    await on.checkServices(9 * 60 + 3);
    expect(on.newMessages()).toEqual(['dead/overdue/2025-10-09T21:00:00.000Z']);
  });
});

describe('memory that makes no sense', () => {
  const holding = (entry: unknown): MemoryStore => {
    const parts = partsInMemory();
    let seeded: readonly MemoryPart[] | undefined = [{ number: 0, revision: 0, entries: { a: entry } }];
    return {
      load: async (context) => {
        if (seeded !== undefined) await parts.save(seeded, context);
        seeded = undefined;
        return parts.load(context);
      },
      save: (changed, context) => parts.save(changed, context),
    };
  };

  test.each([
    ['an instant that no clock has', { trouble: { kind: 'halted', since: 1e18 }, floor: 1 }],
    ['a floor that no clock has', { floor: 1e17 }],
    ['a floor in the future, as of a clock that was set back', { floor: NOON + 90 * HOUR }],
  ])('%s keeps nothing from being reported', async (_what, entry) => {
    const memory = holding({ schedule: 'x', ...entry });
    const on = checks([watched('a'), watched('b')], { memory });
    on.found.set('a', ticked(NOON)).set('b', halted(noon(-10)));
    for (const minute of [0, 30, 63]) await on.checkServices(minute);

    expect(on.newMessages()).toEqual(['b/halted/2025-10-09T11:50:01.000Z', 'a/overdue/2025-10-09T13:00:00.000Z']);
  });
});

describe('a notice of many', () => {
  test('names every service before it describes any', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `service-${index + 1_000}`);
    const on = checks(names.map((name) => watched(name)));
    for (const name of names) on.found.set(name, halted(noon(0)));
    await on.checkServices(1);

    const { text = '' } = on.notices[0]?.notice ?? {};
    const head = text.slice(0, text.indexOf('is halted since'));
    expect(names.filter((name) => !head.includes(name))).toEqual([]);
    expect(text).toContain('975 more: the log of the watchdog has each.');
    expect(Buffer.byteLength(text)).toBeLessThan(40_000);
  });

  test('has an id that rests on everything in it', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index + 10}`);
    const on = checks(
      names.map((name) => watched(name)),
      { senders: ['webhook'] },
    );
    for (const name of names) on.found.set(name, halted(noon(0)));
    await on.checkServices(1);
    on.found.set('s21', halted(noon(0), { epoch: 1 }));
    for (const name of names.slice(0, -1)) on.found.set(name, halted(noon(0), { epoch: 1 }));
    await on.checkServices(2);

    const ids = on.notices.map(({ notice }) => notice.id);
    expect(ids[0]).toMatch(/^12 services\/[\w-]{16}$/);
    expect(new Set(ids).size).toBe(2);
  });
});

test('a recovery that is still owed waits while the service is paused', async () => {
  const on = checks([watched('a', MINUTE)]);
  on.found.set('a', failing(noon(0)));
  await on.checkServices(1);
  on.newMessages();
  on.broken.add('sns');
  on.found.set('a', ticked(noon(1)));
  await on.checkServices(2).catch(() => {});
  on.broken.clear();
  const pause = { at: noon(2), reason: 'freeze', by: 'ann' };
  on.found.set('a', { ...ticked(noon(1)), pause });
  await on.checkServices(3);
  expect(on.newMessages()).toEqual([]);

  on.found.set('a', ticked(noon(4)));
  await on.checkServices(5);
  expect(on.newMessages()).toEqual(['a/recovered/2025-10-09T11:58:00.000Z']);
});
