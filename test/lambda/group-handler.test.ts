/** The handler of a function of several services: who is meant, and that nothing of one is another's. */
import { beforeEach, describe, expect, test } from 'vitest';
import { groupHandler, type HandlerEvent, scheduledHandler } from '../../lib/lambda/index.ts';
import { catchStrayErrors } from '../../lib/run/index.ts';
import { defineService, type ServiceOptions } from '../../lib/service/index.ts';
import { fakeClock, memoryStore, scriptedRandom } from '../../lib/testing/index.ts';
import { errorWith, keptLog } from '../support/loop-kit.ts';
import { ENVIRONMENT, NOON } from './kit.ts';

type Script = Record<string, string>;

function group(scripts: Script = {}, { halts = 2 } = {}) {
  const clock = fakeClock(NOON);
  const log = keptLog();
  const store = memoryStore();
  const ends: string[] = [];
  const recycle = () => void ends.push('end');
  const loads: string[] = [];
  const faults: Record<string, unknown> = {};
  const leftBehind: Record<string, () => void> = {};
  const strays = catchStrayErrors(log);
  const overrides = { clock, log, recycle, environment: ENVIRONMENT };
  const handlerOf = (name: string, options: Partial<ServiceOptions<unknown>> = {}) => {
    const script = [...(scripts[name] ?? '')];
    const service = defineService({
      ...{ name, interval: '1m', consecutive: 2, backoff: halts },
      workload: async () => {
        leftBehind[name]?.();
        if (script.shift() === 'F') throw errorWith('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
        return name;
      },
      ...options,
    });
    return scheduledHandler(service, { ...overrides, store, random: scriptedRandom() });
  };
  const member = (name: string, build: string, options: Partial<ServiceOptions<unknown>> = {}) => ({
    build,
    load: async () => {
      loads.push(name);
      if (faults[name] === 'never loads') await new Promise(() => {});
      if (faults[name] !== undefined) throw faults[name];
      return { handler: handlerOf(name, options) };
    },
  });
  const members = {
    a: member('a', 'build-a'),
    b: member('b', 'build-b'),
    slow: { ...member('slow', 's'), interval: '1h' as const },
  };
  const handler = groupHandler('small', members, overrides);
  const invoke = (event: unknown, remaining = 60_000) =>
    handler(event as HandlerEvent, { getRemainingTimeInMillis: () => remaining }) as unknown as Promise<
      Record<string, unknown>
    >;
  const fire = async (service: string, minute: number) => {
    const due = NOON + minute * 60_000;
    if (due > clock.now()) await clock.advance(due - clock.now());
    return invoke({ service, scheduledFor: new Date(due).toISOString(), executionId: 'x', attempt: '1' });
  };
  return { clock, log, store, ends, loads, faults, leftBehind, strays, invoke, fire, handlerOf, overrides };
}

type Group = ReturnType<typeof group>;
let made: Group;
beforeEach(() => {
  made = group();
});

const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('nothing was thrown'),
    (error: Error) => error,
  );

describe('a group runs the service that the event names', () => {
  test('at a firing', async () => {
    expect(await made.fire('a', 1)).toMatchObject({
      service: 'a',
      disposition: 'ran',
      outcome: 'succeeded',
      result: 'a',
    });
    expect(await made.fire('b', 1)).toMatchObject({ service: 'b', disposition: 'ran', result: 'b' });
  });

  test.each([
    { action: 'status' },
    { action: 'run-once' },
    { action: 'resume' },
    { action: 'pause', reason: 'r', by: 'me' },
  ])('at %o', async (action) => {
    expect(await made.invoke({ service: 'b', ...action })).toMatchObject({ service: 'b' });
  });

  test('and imports no other, and each once', async () => {
    await made.fire('a', 1);
    await made.fire('a', 2);

    expect(made.loads).toEqual(['a']);
  });

  test('with its own build id', async () => {
    expect(await made.invoke({ service: 'a', action: 'status' })).toMatchObject({ build: 'build-a' });
    expect(await made.invoke({ service: 'b', action: 'status' })).toMatchObject({ build: 'build-b' });
  });

  test('at its own interval', async () => {
    expect(await made.invoke({ service: 'slow', action: 'status' })).toMatchObject({
      policy: { intervalSeconds: 3_600 },
    });
    expect(await made.invoke({ service: 'a', action: 'status' })).toMatchObject({ policy: { intervalSeconds: 60 } });
  });
});

describe('an event that names no service of the group is answered, and nothing runs', () => {
  const FIRING = { scheduledFor: '2025-10-09T12:00:00Z' };

  test('with the known names and the nearest one', async () => {
    expect(await made.invoke({ service: 'slwo', ...FIRING })).toEqual({
      error: 'unknown-service',
      service: 'slwo',
      known: ['a', 'b', 'slow'],
      nearest: 'slow',
      message:
        "small: service: expected one of its services (a, b, slow), got 'slwo'; nothing was done; did you mean 'slow'?",
    });
  });

  test('also where it names none', async () => {
    expect(await made.invoke({ action: 'status' })).toEqual({
      error: 'unknown-service',
      service: null,
      known: ['a', 'b', 'slow'],
      nearest: null,
      message: 'small: service: expected one of its services (a, b, slow), got none; nothing was done',
    });
  });

  test.each([
    { service: 5 },
    { service: null },
    { service: {} },
    { service: 'constructor' },
    { service: '__proto__' },
    'a',
    null,
  ])('as %o is', async (event) => {
    expect(await made.invoke(event)).toMatchObject({ error: 'unknown-service', known: ['a', 'b', 'slow'] });
  });

  test('and the log has it', async () => {
    await made.invoke({ service: 'c', ...FIRING });

    expect(made.loads).toEqual([]);
    expect(made.log.lines.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('small: service: expected one of its services (a, b'),
      }),
    ]);
  });

  test('without a credential that the name holds', async () => {
    const { message, service } = await made.invoke({ service: 'https://me:secret@host', ...FIRING });

    expect(`${message} ${service}`).not.toContain('secret');
  });
});

describe('nothing of one service is the state of another', () => {
  test('a pause', async () => {
    await made.invoke({ service: 'a', action: 'pause', reason: 'repair', by: 'me' });

    expect(await made.fire('a', 1)).toMatchObject({ disposition: 'skipped', reason: 'paused' });
    expect(await made.fire('b', 1)).toMatchObject({ disposition: 'ran' });
  });

  test('a halt, which the error of that invocation alone reports', async () => {
    made = group({ a: 'FF' }, { halts: 1 });
    await made.fire('a', 1);

    expect(await failureOf(made.fire('a', 2))).toMatchObject({ name: 'ServiceHaltedError' });
    expect(await made.fire('a', 3)).toMatchObject({ disposition: 'skipped', reason: 'halted' });
    expect(await made.fire('b', 3)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
    expect(await made.invoke({ service: 'b', action: 'status' })).toMatchObject({ status: 'steady' });
    expect(await made.invoke({ service: 'a', action: 'resume' })).toMatchObject({ service: 'a' });
    expect(await made.fire('a', 4)).toMatchObject({ disposition: 'ran' });
  });

  test('a lease, which has the time of the service and not that of the longest in the group', async () => {
    let lease: Promise<unknown> | undefined;
    made.leftBehind['a'] = () => {
      lease = made.store.read('a');
    };
    await made.invoke({ service: 'a', scheduledFor: new Date(NOON).toISOString() }, 900_000);

    // Its timeout of 50 s and its margin of 5 s.
    expect(await lease).toMatchObject({ lease: { until: NOON + 55_000 } });
  });

  test('a streak', async () => {
    made = group({ a: 'F' });
    await made.fire('a', 1);
    await made.fire('b', 1);

    expect(await made.store.read('a')).toMatchObject({ streak: 1 });
    expect(await made.store.read('b')).toMatchObject({ streak: 0 });
  });
});

describe('a service that cannot be loaded', () => {
  test('fails alone, under its name, and is imported again at its next invocation', async () => {
    made.faults['a'] = new Error('no such table');

    const failure = await failureOf(made.fire('a', 1));
    expect(failure).toMatchObject({ name: 'ServiceNotLoadedError', code: 'not-loaded', service: 'a' });
    expect(failure.message).toBe(
      'a: its code in the group small cannot be loaded: Error: no such table; it did not run, and its next invocation ' +
        'tries again; the other services of the group run',
    );
    expect(await made.fire('b', 1)).toMatchObject({ disposition: 'ran' });

    delete made.faults['a'];
    expect(await made.fire('a', 2)).toMatchObject({ disposition: 'ran' });
    expect(made.loads).toEqual(['a', 'b', 'a']);
  });

  test('ends the process at a firing, but at most once in 5 minutes: a bundle never evaluates a failed module again', async () => {
    made.faults['a'] = new Error('no such table');
    await failureOf(made.fire('a', 4));
    expect(made.ends).toEqual([]);

    await failureOf(made.invoke({ service: 'a', action: 'status' }));
    await failureOf(made.fire('a', 5));
    expect(made.ends).toEqual(['end']);
  });

  test('never ends the process of a person who waits for an answer', async () => {
    made.faults['a'] = new Error('no such table');
    await made.clock.advance(10 * 60_000);
    await failureOf(made.invoke({ service: 'a', action: 'status' }));

    expect(made.ends).toEqual([]);
  });

  test.each([
    ['has no handler', {}],
    ['has a handler of another make', { handler: async () => 'x' }],
    ['is no module at all', undefined],
  ])('is one whose module %s', async (_what, module) => {
    const handler = groupHandler('small', { a: { build: 'x', load: async () => module } }, made.overrides);
    const work = handler({ service: 'a', action: 'status' }, { getRemainingTimeInMillis: () => 60_000 });

    expect((await failureOf(work)).message).toContain('expected a `handler` made by scheduledHandler');
  });

  test('is one whose module has the handler of another service', async () => {
    const load = async () => ({ handler: made.handlerOf('b') });
    const handler = groupHandler('small', { a: { build: 'x', load } }, made.overrides);
    const work = handler({ service: 'a', action: 'status' }, { getRemainingTimeInMillis: () => 60_000 });

    expect((await failureOf(work)).message).toContain("expected the handler of 'a', got that of 'b'");
  });
});

describe('the process of a group', () => {
  test('ends after the next tick of any service once one has left a stray error', async () => {
    made.leftBehind['a'] = () => void Promise.resolve().then(() => Promise.reject(new Error('stray')));
    await made.fire('a', 1);
    await new Promise((done) => setImmediate(done));
    made.ends.length = 0;

    await made.fire('b', 1);
    expect(made.ends).toEqual(['end']);
  });
});

describe('a group is refused', () => {
  test('where its environment cannot be used, under its own name', () => {
    const load = async () => ({});
    expect(() => groupHandler('small', { a: { build: 'x', load } }, {})).toThrow(
      'group small: TICKOVER_TABLE: expected the name of the state table, got none',
    );
  });
});

describe('the function of one service', () => {
  const invoke = async (event: unknown) =>
    made.handlerOf('sync')(event as HandlerEvent, { getRemainingTimeInMillis: () => 60_000 });

  test('does what an event asks that names its service', async () => {
    expect(await invoke({ service: 'sync', action: 'status' })).toMatchObject({ action: 'status' });
    expect(await invoke({ service: 'sync', scheduledFor: '2025-10-09T12:00:00Z' })).toMatchObject({
      outcome: 'succeeded',
    });
  });

  test.each([
    [{ service: 'snyc', action: 'status' }, 'snyc', 'sync'],
    [{ service: 'other', scheduledFor: '2025-10-09T12:00:00Z' }, 'other', null],
    [{ service: null, action: 'run-once' }, null, null],
  ])('answers %o, which means another, and does nothing', async (event, service, nearest) => {
    expect(await invoke(event)).toMatchObject({ error: 'unknown-service', service, known: ['sync'], nearest });
    expect(await made.store.read('sync')).toBeUndefined();
  });
});

test('a service whose code never finishes to load fails after 10 s, and the other services run', async () => {
  const { fire, faults, clock } = group();
  faults['a'] = 'never loads';
  const began = clock.now();

  await expect(fire('a', 1)).rejects.toThrow(/^a: its code in the group small cannot be loaded: /);
  expect(clock.now() - began).toBeGreaterThanOrEqual(10_000);

  expect(await fire('b', 2)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
});
