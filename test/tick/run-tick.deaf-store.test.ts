/** A store of a user that never answers, and ignores its signal: no tick outlasts its limits because of it. */
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../lib/testing/index.ts';
import type { Acquired, StateStore } from '../../lib/tick/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const never = () => new Promise<never>(() => {});
const LIMITS = { timeout: '50s', reserve: '5s' } as const;
const END = DUE + 50_000;

function deaf(...methods: (keyof StateStore)[]) {
  const store = Object.assign(memoryStore(), Object.fromEntries(methods.map((method) => [method, never])));
  return { ...world({ store, mode: 'auto' }), store };
}

describe('A tick whose store never answers', () => {
  it('ends within 4 s where it asked for the lease, and nothing has run', async () => {
    const here = deaf('acquire');

    await expect(here.deliver(here.service(LIMITS), DUE)).rejects.toMatchObject({
      code: 'time-up',
      message: 'no answer within 2.9 s',
    });

    expect(here.clock.now()).toBe(DUE + 3_900);
    expect(here.events).toEqual([]);
  });

  it('is run again by the next delivery, since a lease that is granted too late is released', async () => {
    const here = deaf();
    const { acquire } = here.store;
    let answer = (_answer: Acquired) => {};
    here.store.acquire = () => new Promise((resolve) => (answer = resolve));
    await expect(here.deliver(here.service(LIMITS), DUE)).rejects.toMatchObject({ code: 'time-up' });

    const request = {
      service: 'svc',
      tick: { kind: 'scheduled', scheduledFor: DUE },
      build: 'b1',
      owner: 'late',
    } as const;
    answer(await acquire({ ...request, now: DUE, leaseUntil: END }));
    await here.clock.advance(0);
    here.store.acquire = acquire;

    expect(await here.deliver(here.service(LIMITS), DUE)).toMatchObject({ disposition: 'ran', crashesBooked: 0 });
  });

  it('takes the lease that is granted within the grace of its signal', async () => {
    const here = deaf();
    const { acquire } = here.store;
    here.store.acquire = (request, signal) =>
      new Promise((resolve) => signal?.addEventListener('abort', () => resolve(acquire(request))));

    expect(await here.deliver(here.service(LIMITS), DUE)).toMatchObject({ disposition: 'ran' });
  });

  it("fails with the store's own error where that comes within the grace", async () => {
    const here = deaf();
    here.store.acquire = async (_request, signal) => {
      await here.clock.sleep(60_000, signal);
      await here.clock.sleep(900);
      throw new Error('the store is away');
    };

    await expect(here.deliver(here.service(LIMITS), DUE)).rejects.toThrow('the store is away');
    expect(here.clock.now()).toBe(DUE + 3_800);
  });

  it('ends before its end where it writes the state', async () => {
    const here = deaf('commit');

    await expect(here.deliver(here.service(LIMITS), DUE)).rejects.toMatchObject({ code: 'time-up' });
    expect(here.clock.now()).toBeLessThanOrEqual(END);
  });

  it('ends within the time to take a lease where it releases one', async () => {
    const here = deaf('release');
    const stop = AbortSignal.abort();
    const workload = ({ signal }: { signal: AbortSignal }) => Promise.reject(signal.reason);

    await expect(here.deliver(here.service({ ...LIMITS, workload }), DUE, { stop })).rejects.toMatchObject({
      code: 'time-up',
    });
    expect(here.clock.now()).toBeLessThanOrEqual(DUE + 4_900);
  });

  it('ends before its end where all that a trip reads and writes hangs', async () => {
    const here = deaf('putRun', 'failedRuns');
    const service = here.service({ ...LIMITS, workload: () => Promise.reject(refused()), consecutive: 1, backoff: 3 });

    expect(await here.deliver(service, DUE)).toMatchObject({ verdict: 'backing-off' });
    expect(here.clock.now()).toBeLessThanOrEqual(END);
    expect(await here.deliver(service, DUE + 2 * MINUTE)).toMatchObject({ verdict: 'backing-off' });
    expect(here.clock.now()).toBeLessThanOrEqual(END + 2 * MINUTE);
  });
});
