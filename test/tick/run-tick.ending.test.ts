/** Runs that end otherwise than by themselves: out of time, or asked to by our own stop. */
import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const noDescriptors = () => Object.assign(new Error('open'), { code: 'EMFILE' });

describe('A run whose process is exhausted', () => {
  it.each([
    ['it says so itself', () => noDescriptors()],
    ['a cause says so', () => new Error('no rows', { cause: noDescriptors() })],
    ['a member says so', () => new AggregateError([refused(), noDescriptors()])],
  ])(
    'has failed, and the process is recycled once it is committed, reported and flushed: %s',
    async (_where, error) => {
      const here = world();
      const service = here.service({ workload: () => Promise.reject(error()) });

      expect(await here.deliver(service, DUE)).toMatchObject({ outcome: 'failed', verdict: 'steady' });

      expect(here.events).toEqual(['acquire', 'run', 'putRun', 'commit', 'reported ran', 'flush', 'recycle']);
    },
  );

  it('is recycled behind a halt, by the service’s own judgement, and behind a timeout', async () => {
    const here = world({ mode: 'auto' });
    const halting = here.service({ consecutive: 1, workload: () => Promise.reject(noDescriptors()) });
    await expect(here.deliver(halting, DUE)).rejects.toThrow('halted');
    expect(here.events.at(-1)).toBe('recycle');

    const strict = here.service({
      classify: () => ({ kind: 'fatal' }),
      workload: () => Promise.reject(noDescriptors()),
    });
    await expect(here.deliver(strict, DUE + MINUTE, { build: 'b2' })).rejects.toThrow('halted');
    expect(here.events.at(-1)).toBe('recycle');

    const late = here.service({
      workload: async ({ clock, signal }) => {
        await clock.sleep(1_000_000, signal);
        throw noDescriptors();
      },
    });
    await here.deliver(late, DUE + 2 * MINUTE, { build: 'b3' });
    expect(here.events.at(-1)).toBe('recycle');
  });

  it('is ended behind its answer where the host can do that, and kept for the answer of a run by hand', async () => {
    const here = world();
    const service = here.service({ workload: () => Promise.reject(noDescriptors()) });
    let later = 0;

    await here.deliver(service, DUE, {
      endAfterAnswer: () => {
        later += 1;
      },
    });
    await here.byHand(service);

    expect(later).toBe(1);
    expect(here.events).not.toContain('recycle');
  });

  it.each(['ENOSPC', 'EDQUOT'])('a full disk is a failure that a new process would not end: %s', async (code) => {
    const here = world();
    const service = here.service({ workload: () => Promise.reject(Object.assign(new Error('write'), { code })) });

    expect(await here.deliver(service, DUE)).toMatchObject({ outcome: 'failed' });

    expect(here.events).not.toContain('recycle');
    expect(here.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      expect.stringContaining('svc: the disk is full; ending the process would not empty it; let the workload delete'),
    ]);
  });
});

describe('A run that does not end in time', () => {
  it('counts as succeeded if it returns within a second of its signal', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({
      workload: async ({ clock, signal }) => {
        await clock.sleep(1_000_000, signal);
        await clock.sleep(900);
        return { aborted: signal.aborted };
      },
    });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({ outcome: 'succeeded', durationMs: 45_900, result: { aborted: true } });
    expect(here.events).not.toContain('recycle');
  });

  it('has timed out if it throws then; the process is kept', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({
      workload: async ({ clock, signal }) => {
        await clock.sleep(1_000_000, signal);
        signal.throwIfAborted();
      },
    });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({ outcome: 'timed-out', verdict: 'steady', durationMs: 45_000 });
    expect(await here.state(service)).toMatchObject({ streak: 1, countedUpTo: 1, runs: [{ outcome: 'timed-out' }] });
    expect(here.events).not.toContain('recycle');
  });

  it('is given up a second after its signal: committed, reported and flushed before the process is recycled', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({ consecutive: 1, workload: () => new Promise(() => {}) });

    await expect(here.deliver(service, DUE)).rejects.toThrow('svc: halted: Service exceeded error threshold.');

    expect(here.tickEvents[0]).toMatchObject({ outcome: 'timed-out', durationMs: 46_000 });
    expect(here.events.filter((event) => !event.startsWith('print'))).toEqual([
      ...['acquire', 'run', 'failedRuns', 'putRun', 'commit', 'reported ran', 'flush', 'recycle'],
    ]);
  });

  it('is recycled also when its outcome can not be written', async () => {
    const store = { ...memoryStore(), commit: () => Promise.reject(new Error('throttled')) };
    const here = world({ store, mode: 'auto' });
    const service = here.service({ workload: () => new Promise(() => {}) });

    await expect(here.deliver(service, DUE)).rejects.toThrow('throttled');

    expect(here.events.at(-1)).toBe('recycle');
  });

  it('touches nothing when it ends after all', async () => {
    const here = world({ mode: 'auto' });
    let late: { end: () => void; context: RunContext<undefined> } | undefined;
    const service = here.service({
      workload: (context) =>
        new Promise((resolve, reject) => {
          const end = () => (context.fence === 1 ? resolve({ late: true }) : reject(refused()));
          late ??= { end, context };
          if (context.fence > 1) resolve(undefined);
        }),
    });
    await here.deliver(service, DUE);
    await here.deliver(service, DUE + MINUTE);
    const before = await here.state(service);
    const events = [...here.events];

    late?.context.saveCursor('too late');
    late?.end();
    await here.clock.advance(MINUTE);

    expect(await here.state(service)).toEqual(before);
    expect(before.cursor).toBeUndefined();
    expect(here.events).toEqual(events);
    expect((await here.deliver(service, DUE + 2 * MINUTE)).state.runs.map((run) => run.outcome)).toEqual([
      ...['timed-out', 'succeeded', 'succeeded'],
    ]);
  });
});

describe('Our own stop', () => {
  const stopped = (here: ReturnType<typeof world>, stopping: AbortController) =>
    here.service({
      workload: async ({ signal, saveCursor }) => {
        saveCursor('half-way');
        stopping.abort();
        signal.throwIfAborted();
      },
    });

  it('yields without an outcome; its tick may run again, and no crash is counted', async () => {
    const here = world();
    const stopping = new AbortController();
    const service = stopped(here, stopping);

    const tickEvent = await here.deliver(service, DUE, { stop: stopping.signal });

    expect(tickEvent).toMatchObject({ disposition: 'ran', crashesBooked: 0, report: [] });
    expect(tickEvent).not.toHaveProperty('outcome');
    expect(tickEvent).not.toHaveProperty('verdict');
    expect(here.events).toEqual(['acquire', 'run', 'commit', 'reported ran', 'flush']);
    const state = await here.state(service);
    expect(state).toMatchObject({ fence: 1, countedUpTo: 1, streak: 0, runs: [], cursor: 'half-way' });
    expect([state.lastTick, state.lease]).toEqual([undefined, undefined]);

    const again = await here.deliver(here.service({}), DUE);

    expect(again).toMatchObject({ outcome: 'succeeded', crashesBooked: 0, fence: 2 });
  });

  it('only frees the lease if the cursor stays where it was', async () => {
    const here = world();
    const stopping = new AbortController();
    await here.deliver(here.service({ workload: async ({ saveCursor }) => saveCursor('half-way') }), DUE);

    const service = stopped(here, stopping);
    await here.deliver(service, DUE + MINUTE, { stop: stopping.signal });

    expect(here.events.slice(-3)).toEqual(['release', 'reported ran', 'flush']);
    expect(await here.state(service)).toMatchObject({ cursor: 'half-way', countedUpTo: 2, lastTick: DUE });
  });

  it('still writes the crashes it had counted', async () => {
    const here = world();
    const stopping = new AbortController();
    const service = stopped(here, stopping);
    await here.crash(service, DUE);

    const tickEvent = await here.deliver(service, DUE + MINUTE, { stop: stopping.signal });

    expect(tickEvent).toMatchObject({ disposition: 'ran', crashesBooked: 1 });
    expect(tickEvent).not.toHaveProperty('outcome');
    const state = await here.state(service);
    expect(state).toMatchObject({ fence: 2, countedUpTo: 2, streak: 1, runs: [{ outcome: 'crashed' }] });
    expect(state.lastTick).toBeUndefined();
  });

  it('lets a run that returns all the same have succeeded', async () => {
    const here = world();
    const stopping = new AbortController();
    const service = here.service({ workload: async () => stopping.abort() });

    expect(await here.deliver(service, DUE, { stop: stopping.signal })).toMatchObject({ outcome: 'succeeded' });
  });
});
