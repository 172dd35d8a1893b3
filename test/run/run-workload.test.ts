import { describe, expect, it } from 'vitest';
import type { RunSurroundings } from '../../lib/run/run-context.ts';
import { runWorkload } from '../../lib/run/run-workload.ts';
import { haltedError } from '../../lib/service/errors.ts';
import { defineService, type RunContext, type ServiceOptions } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { errorWith, keptLog } from '../support/loop-kit.ts';

function setup(options: Partial<ServiceOptions<unknown>>, overrides: Partial<RunSurroundings> = {}) {
  const clock = fakeClock(1000);
  const log = keptLog();
  const service = defineService({ name: 'sweeper', interval: '10s', ...options });
  const surroundings: RunSurroundings = {
    clock,
    log,
    random: scriptedRandom(),
    signalAt: 46_000,
    fence: 7,
    prepared: () => undefined,
    ...overrides,
  };
  return { clock, log, run: () => runWorkload(service, surroundings) };
}

describe('a run', () => {
  it('hands the workload what it was given', async () => {
    const contexts: RunContext[] = [];
    const { run, clock, log } = setup(
      { workload: async (context) => contexts.push(context) },
      { scheduledFor: 500, cursor: 'page 2', prepared: () => 'a client' },
    );
    await run();
    const [seen] = contexts;
    expect(seen).toMatchObject({
      service: 'sweeper',
      deadline: 46_000,
      scheduledFor: 500,
      fence: 7,
      cursor: 'page 2',
      prepared: 'a client',
    });
    expect(seen?.clock).toBe(clock);
    seen?.log.warn('half of them', { rows: 3 });
    expect(log.lines.at(-1)).toEqual({ level: 'warn', message: 'half of them', fields: { fence: 7, rows: 3 } });
  });

  it.each([
    ['an error', new Error('it broke'), { fence: 7, error: new Error('it broke') }],
    ['a text', 'three rows', { fence: 7, fields: 'three rows' }],
    ['null', null, { fence: 7, fields: null }],
    ['nothing', undefined, { fence: 7 }],
  ])('may log %s in the place of fields, and nothing of it is lost', async (_name, thing, fields) => {
    const { run, log } = setup({ workload: async (context) => context.log.warn('look', thing as never) });
    expect((await run()).outcome).toEqual({ kind: 'succeeded' });
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([{ level: 'warn', message: 'look', fields }]);
  });

  it('is not failed by fields that refuse to be looked at', async () => {
    const refuses = () => {
      throw new Error('hands off');
    };
    const fields = Object.defineProperty({}, 'rows', { get: refuses, enumerable: true });
    const { run, log } = setup({ workload: async (context) => context.log.warn('look', fields) });
    expect((await run()).outcome).toEqual({ kind: 'succeeded' });
    expect(log.of('warn')).toEqual(['look']);
    expect(log.lines.find(({ level }) => level === 'warn')?.fields?.['fields']).toBe(fields);
  });

  it('without a lease, as in runLoop, always owns its service', async () => {
    const { run } = setup({ workload: async ({ assertOwned }) => [await assertOwned(), await assertOwned()].length });
    expect(await run()).toMatchObject({ outcome: { kind: 'succeeded' }, result: 2 });
  });

  it('has its input, if there is one', async () => {
    const workload = async (context: RunContext) => ('input' in context ? context.input : 'none');
    const given = setup({ workload }, { input: null });
    expect(await given.run()).toHaveProperty('result', null);
    expect(await setup({ workload }).run()).toMatchObject({ result: 'none' });
  });

  it('a run by hand has no due time, and without a cursor none', async () => {
    const keys: string[][] = [];
    const { run } = setup({ workload: async (context) => keys.push(Object.keys(context)) });
    const ended = await run();
    expect(keys.length).toBe(1);
    expect(keys[0]).not.toContain('scheduledFor');
    expect(keys[0]).not.toContain('cursor');
    expect(ended).not.toHaveProperty('cursor');
  });

  it('a run that succeeds gives its result and how long it took', async () => {
    const { run, clock } = setup({ workload: () => clock.sleep(2500).then(() => ({ marked: 3 })) });
    expect(await run()).toEqual({
      outcome: { kind: 'succeeded' },
      result: { marked: 3 },
      startedAt: 1000,
      endedAt: 3500,
      durationMs: 2500,
      abandoned: false,
    });
  });

  it.each([
    ['failed', { kind: 'failed', retryAfter: 3000 }],
    ['fatal', { kind: 'fatal' }],
  ] as const)('a run that throws is judged by the service: %s', async (_name, classification) => {
    const error = errorWith('refused', { code: 'ECONNREFUSED' });
    const { run, log } = setup({ workload: () => Promise.reject(error), classify: () => classification });
    const ended = await run();
    expect(ended.error).toBe(error);
    expect(ended.outcome).toMatchObject({
      ...classification,
      failure: { at: 1000, errorClass: 'ECONNREFUSED', message: 'refused' },
    });
    expect(log.of('debug')).toEqual(["Starting run of 'sweeper'", "Run of 'sweeper' failed with ECONNREFUSED"]);
  });

  it('a run whose classifier throws is fatal', async () => {
    const { run } = setup({
      workload: () => Promise.reject(new Error('refused')),
      classify: () => {
        throw new TypeError('no such field');
      },
    });
    expect((await run()).outcome).toMatchObject({ kind: 'fatal', failure: { message: 'refused' } });
  });

  it('fails when what it needs can not be made', async () => {
    const { run } = setup(
      { workload: async () => {}, classify: () => ({ kind: 'failed' }) },
      {
        prepared: () => {
          throw new Error('TABLE is not set');
        },
      },
    );
    expect((await run()).outcome).toMatchObject({ kind: 'failed', failure: { message: 'TABLE is not set' } });
  });

  it('a run that is never written is named by NotImplementedError', async () => {
    const { run } = setup({ kind: 'loop' });
    expect((await run()).outcome).toMatchObject({
      kind: 'fatal',
      failure: { errorClass: 'NotImplementedError', message: 'sweeper: the service has no workload; define one' },
    });
  });

  it('a run that throws after its signal has timed out, and is not judged', async () => {
    const { run } = setup({
      workload: ({ clock, signal }) => clock.sleep(600_000, signal).then(() => Promise.reject(new Error('cut off'))),
      classify: () => ({ kind: 'fatal' }),
    });
    const ended = await run();
    expect(ended).toMatchObject({ durationMs: 45_000, abandoned: false });
    expect(ended.outcome).toMatchObject({
      kind: 'timed-out',
      failure: {
        errorClass: 'RunTimedOutError',
        message: 'sweeper: the run was not done after 45 s; it counts as timed out',
      },
    });
  });

  it('a run that ignores its signal is abandoned', async () => {
    const { run } = setup({ workload: () => new Promise(() => {}) });
    const ended = await run();
    expect(ended).toMatchObject({ outcome: { kind: 'timed-out' }, durationMs: 46_000, abandoned: true });
  });

  it('a run that yields to the stop has no outcome', async () => {
    const { run } = setup({ workload: async ({ signal }) => signal.throwIfAborted() }, { stop: AbortSignal.abort() });
    const ended = await run();
    expect(ended).not.toHaveProperty('outcome');
    expect(ended).not.toHaveProperty('error');
  });
});

describe('the bookmark', () => {
  it('moves with the run, also when the run fails', async () => {
    const { run } = setup(
      {
        workload: ({ saveCursor }) => {
          saveCursor('page 2');
          saveCursor('page 3');
          return Promise.reject(new Error('refused'));
        },
        classify: () => ({ kind: 'failed' }),
      },
      { cursor: 'page 1' },
    );
    expect(await run()).toMatchObject({ outcome: { kind: 'failed' }, cursor: 'page 3' });
  });

  it('stays where it is unless it is moved', async () => {
    const { run } = setup({ workload: async () => {} }, { cursor: 'page 1' });
    expect((await run()).cursor).toBe('page 1');
  });

  it('is not moved by a workload that was abandoned, which is logged', async () => {
    let save: (cursor: string) => void = () => {};
    const { run, log } = setup(
      {
        workload: ({ saveCursor }) => {
          save = saveCursor;
          return new Promise(() => {});
        },
      },
      { cursor: 'page 1' },
    );
    const ended = await run();
    expect(() => save('page 2')).not.toThrow();
    expect(ended.cursor).toBe('page 1');
    expect(log.of('warn')).toEqual(['sweeper: run 7 moved its cursor after its end; it stays where it was']);
  });

  it('has room for 256 bytes', async () => {
    const { run } = setup({
      workload: async ({ saveCursor }) => {
        saveCursor('ä'.repeat(128));
        saveCursor('ä'.repeat(129));
      },
      classify: () => ({ kind: 'failed' }),
    });
    const ended = await run();
    expect(ended.cursor).toBe('ä'.repeat(128));
    expect(ended.error).toEqual(new RangeError('sweeper: cursor: expected at most 256 bytes, got 258'));
  });

  it.each([17, null, undefined, { page: 2 }])(
    'is text: %j is refused, since it would damage the state',
    async (cursor) => {
      const { run } = setup({ workload: async ({ saveCursor }) => saveCursor(cursor as never) }, { cursor: 'page 1' });
      const ended = await run();
      expect(ended.cursor).toBe('page 1');
      expect(ended.error).toEqual(new TypeError(`sweeper: cursor: expected text, got ${typeof cursor}`));
    },
  );

  it.each(['page \ud83d', '\ude00 page', 'a\ud83db'])('is refused with half a surrogate pair: %j', async (cursor) => {
    const { run } = setup({ workload: async ({ saveCursor }) => saveCursor(cursor) });
    const { outcome, ...ended } = await run();
    expect(ended).not.toHaveProperty('cursor');
    expect(outcome).toMatchObject({
      kind: 'fatal',
      failure: { message: expect.stringMatching(/cursor: expected well-formed text, got half .*\\ud[8e]/) },
    });
  });

  it('is kept as it is, a byte order mark and whole pairs included', async () => {
    const { run } = setup({ workload: async ({ saveCursor }) => saveCursor('\ufeffpage 🚲') });
    expect((await run()).cursor).toBe('\ufeffpage 🚲');
  });
});

describe('the error of a halt', () => {
  it('names the service and the cause', () => {
    const cause = new RangeError('a mistake');
    expect(haltedError('sweeper', 'RangeError: a mistake', cause)).toMatchObject({
      message: 'sweeper: halted: RangeError: a mistake',
      code: 'service-halted',
      service: 'sweeper',
      cause,
    });
    expect(haltedError('sweeper', 'Service exceeded error threshold.')).not.toHaveProperty('cause');
  });
});
