/** A run's end is written down though the store fails: until the run's end, and without ever counting twice. */
import { describe, expect, it } from 'vitest';
import { UnreadableStateError } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import type { StateStore } from '../../lib/tick/index.ts';
import { DUE, MINUTE, refused, type World, world } from '../support/tick-kit.ts';

const AWAY = "svc: the state can't be written yet; it is tried again until the run's end";

interface Committing {
  readonly here: World;
  readonly store: StateStore;
  /** When each try began, after the tick's due time, in milliseconds. */
  readonly tries: number[];
}

/**
 * A world whose commits meet `fate` first, told how many came before; what it resolves to is the answer, or the store's
 * own if there is none.
 */
function committing(
  fate: (before: number, commit: () => Promise<unknown>, signal: AbortSignal) => unknown,
): Committing {
  const store = memoryStore();
  const { commit } = store;
  const here = world({ store, mode: 'auto' });
  const tries: number[] = [];
  store.commit = async (claim, state, signal = new AbortController().signal) => {
    tries.push(here.clock.now() - DUE);
    await fate(tries.length - 1, () => commit(claim, state), signal);
    return commit(claim, state);
  };
  return { here, store, tries };
}

const away = () => Promise.reject(new Error('the store is away'));
/** No answer, until the signal is aborted. */
const hanging = (signal: AbortSignal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('A commit that the store fails to take', () => {
  it('is tried again, ever more slowly, and the success is recorded once', async () => {
    const { here, tries } = committing((before) => (before < 6 ? away() : undefined));
    const service = here.service({});

    expect(await here.deliver(service, DUE)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });

    expect(tries).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
    expect(here.log.of('warn')).toEqual([AWAY]);
    const state = await here.state(service);
    expect(state).toMatchObject({ fence: 1, countedUpTo: 1, lastTick: DUE });
    expect(state.runs).toHaveLength(1);
    expect(here.events.filter((event) => event === 'run')).toHaveLength(1);
  });

  it('is given up when the run must end, and its failure is what is thrown', async () => {
    const { here, store, tries } = committing(away);
    const service = here.service({ timeout: '10s', reserve: '2s' });

    await expect(here.deliver(service, DUE)).rejects.toThrow('the store is away');

    expect(tries.slice(-2)).toEqual([8_500, 9_500]);
    expect(here.tickEvents).toEqual([]);
    // At-least-once: the run that succeeded is counted as crashed, and the next one does its work again.
    expect(await store.read('svc')).toMatchObject({ fence: 1, countedUpTo: 0 });
  });

  it('is given up also where the store never answers: its signal is aborted before the run ends', async () => {
    const { here, tries } = committing((_before, _commit, signal) => hanging(signal));

    await expect(here.deliver(here.service({ timeout: '10s' }), DUE)).rejects.toMatchObject({ code: 'time-up' });

    expect(tries).toEqual([0]);
    expect(here.clock.now() - DUE).toBe(9_750);
  });

  it('is given up in time also where the store fails at first and then never answers', async () => {
    const { here, tries } = committing((before, _commit, signal) => (before < 12 ? away() : hanging(signal)));

    await expect(here.deliver(here.service({ timeout: '10s' }), DUE)).rejects.toMatchObject({ code: 'time-up' });

    expect(tries.at(-1)).toBe(9_500);
    expect(here.clock.now() - DUE).toBe(9_750);
  });

  it('has a second where the run comes to it too late', async () => {
    const { here, tries } = committing((_before, _commit, signal) => hanging(signal));
    const service = here.service({ timeout: '10s', workload: () => here.clock.sleep(60_000) });
    const patient = { ...service, maxDuration: 900_000, reserve: -900_000 };

    await expect(here.deliver(patient, DUE, { deadline: DUE + 900_000 })).rejects.toMatchObject({ code: 'time-up' });

    expect(tries).toEqual([60_000]);
    expect(here.clock.now() - DUE).toBe(61_000);
  });

  it('is not tried again where the state can not be read', async () => {
    const { here, tries } = committing(() =>
      Promise.reject(new UnreadableStateError('state-damaged', 'svc', 'its state is damaged')),
    );

    await expect(here.deliver(here.service({}), DUE)).rejects.toMatchObject({ code: 'state-damaged' });

    expect(tries).toEqual([0]);
  });

  it('is not tried again while the process stops', async () => {
    const stop = new AbortController();
    const { here, tries } = committing(() => {
      stop.abort();
      return away();
    });

    await expect(here.deliver(here.service({}), DUE, { stop: stop.signal })).rejects.toThrow('the store is away');

    expect(tries).toEqual([0]);
  });

  it('counts a failure once, also where it was written and only the answer was lost', async () => {
    const { here } = committing((before, commit) => (before < 3 ? commit().then(away) : undefined));
    const service = here.service({ workload: () => Promise.reject(refused()) });

    expect(await here.deliver(service, DUE)).toMatchObject({ outcome: 'failed' });

    const state = await here.state(service);
    expect(state).toMatchObject({ countedUpTo: 1, streak: 1 });
    expect(state.runs).toHaveLength(1);
  });

  it('is known as written also where the next tick has run to its end before the answer came', async () => {
    const { here, store } = committing(async (before, commit) => {
      if (before > 0) return;
      await commit();
      const { acquire } = store;
      const tick = { kind: 'scheduled', scheduledFor: DUE + MINUTE } as const;
      const asked = {
        service: 'svc',
        tick,
        now: DUE + MINUTE,
        build: 'b1',
        owner: 'next',
        leaseUntil: DUE + 2 * MINUTE,
      };
      const next = await acquire(asked);
      if (!next.granted) throw new Error('expected the lease to be granted');
      const line = { outcome: 'succeeded', at: DUE + MINUTE, durationMs: 5, manual: false } as const;
      const theirs = { ...next.state, lastTick: DUE + MINUTE, runs: [...next.state.runs, line] };
      expect(await store.commit(next.claim, theirs)).toEqual({ written: true });
      await away();
    });
    const service = here.service({});

    expect(await here.deliver(service, DUE)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
    expect((await here.state(service)).runs.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
  });
});
