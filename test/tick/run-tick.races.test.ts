/** What gets in between a run and its commit: an operator, or another run. */
import { describe, expect, it } from 'vitest';
import { LeaseLostError } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const failing = () => Promise.reject(refused());

describe('An operator who resumes during a run', () => {
  it('finds its outcome stepped on the fresh state', async () => {
    const here = world();
    const simple = here.service({ backoff: 2, workload: failing });
    const service = here.service({
      backoff: 2,
      workload: async () => {
        await here.store.resume('svc');
        throw refused();
      },
    });
    await here.deliver(simple, DUE);
    await here.deliver(simple, DUE + MINUTE);

    const tickEvent = await here.deliver(service, DUE + 2 * MINUTE);

    expect(tickEvent).toMatchObject({ outcome: 'failed', verdict: 'steady', report: [], status: 'failing' });
    const state = await here.state(service);
    expect(state).toMatchObject({ epoch: 1, fence: 3, countedUpTo: 3, streak: 1, trackRecord: [true, true, false] });
    expect(state.lastTick).toBe(DUE + 2 * MINUTE);
    expect(state.runs.map(({ at }) => at)).toEqual([DUE, DUE + MINUTE, DUE + 2 * MINUTE]);
    expect(here.events.filter((event) => event.startsWith('print'))).toEqual([]);
  });

  it('finds that failure remembered by the next trip', async () => {
    const here = world();
    let attempt = 0;
    const service = here.service({
      consecutive: 2,
      backoff: 2,
      workload: async () => {
        attempt += 1;
        if (attempt === 1) await here.store.resume('svc');
        throw Object.assign(new Error('no'), { code: `ECONN${attempt}` });
      },
    });
    await here.deliver(service, DUE);

    const tickEvent = await here.deliver(service, DUE + MINUTE);

    expect(tickEvent.verdict).toBe('backing-off');
    expect(tickEvent.report.slice(2, -1)).toEqual([
      expect.stringContaining('ECONN2'),
      expect.stringContaining('ECONN1'),
    ]);
  });

  it('finds the crashes that the tick counted in the state all the same', async () => {
    const here = world();
    const service = here.service({ workload: async () => void (await here.store.resume('svc')) });
    await here.crash(service, DUE);
    await here.crash(service, DUE + MINUTE);

    const tickEvent = await here.deliver(service, DUE + 2 * MINUTE);

    expect(tickEvent).toMatchObject({ outcome: 'succeeded', crashesBooked: 2 });
    const state = await here.state(service);
    expect(state.runs.map(({ outcome }) => outcome)).toEqual(['crashed', 'crashed', 'succeeded']);
    expect(state).toMatchObject({ epoch: 1, fence: 3, countedUpTo: 3, streak: 0, lastTick: DUE + 2 * MINUTE });
    expect(here.crashes.slice(-2).map(({ fence }) => fence)).toEqual([1, 2]);
    expect(here.events.filter((event) => event === 'crash 2')).toHaveLength(1);
  });

  it('an operator who resumes in the moment before a counted crash halts the service finds the crash in the ring and the tick decided', async () => {
    const store = memoryStore();
    let resumed = false;
    const commit: typeof store.commit = async (claim, state) => {
      if (!resumed) await store.resume(claim.service);
      resumed = true;
      return store.commit(claim, state);
    };
    const here = world({ store: { ...store, commit } });
    const service = here.service({ consecutive: 1, backoff: 3 });
    await here.crash(service, DUE);

    const tickEvent = await here.deliver(service, DUE + MINUTE);

    expect(tickEvent).toMatchObject({ disposition: 'skipped', reason: 'backoff' });
    expect(await here.state(service)).toMatchObject({
      ...{ epoch: 1, countedUpTo: 2, backoffCount: 1, lastTick: DUE + MINUTE },
      runs: [{ outcome: 'crashed' }],
    });
  });

  it('again and again is followed, up to a bound', async () => {
    const store = memoryStore();
    let resumes = 4;
    const commit: typeof store.commit = async (claim, state) => {
      if (resumes-- > 0) await store.resume(claim.service);
      return store.commit(claim, state);
    };
    const here = world({ store: { ...store, commit } });
    const service = here.service({});

    expect(await here.deliver(service, DUE)).toMatchObject({ outcome: 'succeeded' });
    expect(await here.state(service)).toMatchObject({ epoch: 4, countedUpTo: 1, lastTick: DUE });

    resumes = Number.POSITIVE_INFINITY;
    await expect(here.deliver(service, DUE + MINUTE)).rejects.toBeInstanceOf(LeaseLostError);
  });
});

describe('A run that outlives its lease', () => {
  it('can not write its outcome once another took over: it reports that, and its report is printed all the same', async () => {
    const here = world();
    const quick = here.service({});
    const service = here.service({
      consecutive: 1,
      backoff: 2,
      workload: async () => {
        // The process was frozen: time went on without it, and the next tick's with it.
        await here.clock.advance(2 * MINUTE);
        await here.deliver(quick, DUE + 2 * MINUTE);
        throw refused();
      },
    });
    const frozen = { deadline: DUE + 60_000 };
    const slow = here.deliver({ ...service, timeout: 60_000, maxDuration: 900_000, reserve: -900_000 }, DUE, frozen);

    const error = await slow.catch((raised: unknown) => raised);

    expect(error).toBeInstanceOf(LeaseLostError);
    expect(error).toMatchObject({
      ...{ code: 'lease-lost', service: 'svc', fence: 1 },
      message:
        'svc: run 1 outlived its lease; its end (failed) is not recorded, the run that took over counted it as crashed',
    });
    expect(here.events.filter((event) => event.startsWith('print'))).toHaveLength(4);
    const state = await here.state(service);
    expect(state.runs.map(({ outcome }) => outcome)).toEqual(['crashed', 'succeeded']);
    expect(state).toMatchObject({ fence: 2, countedUpTo: 2 });
  });

  it('writes it if nobody took over', async () => {
    const here = world();
    const service = here.service({ workload: () => here.clock.advance(2 * MINUTE) });
    const patient = { ...service, maxDuration: 900_000, reserve: -900_000 };

    expect(await here.deliver(patient, DUE)).toMatchObject({ outcome: 'succeeded', durationMs: 2 * MINUTE });
    expect(await here.state(service)).toMatchObject({ countedUpTo: 1, lastTick: DUE });
  });
});
