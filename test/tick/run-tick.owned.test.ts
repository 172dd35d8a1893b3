/** A run that asks whether it still owns its service. */
import { describe, expect, it } from 'vitest';
import { LeaseLostError, type RunContext } from '../../lib/service/index.ts';
import { DUE, MINUTE, type World, world } from '../support/tick-kit.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();

/** Has another run take the lease over, as after a clock that was set ahead. */
async function takeOver({ store }: World): Promise<void> {
  const now = DUE + 10 * MINUTE;
  const request = { service: 'svc', tick: { kind: 'manual', force: false }, build: 'b1', owner: 'theirs' } as const;
  expect(await store.acquire({ ...request, now, leaseUntil: now + MINUTE })).toMatchObject({ granted: true });
}

describe('A run that asks whether it still owns its service', () => {
  it('goes on while it does, however often it asks', async () => {
    const here = world();
    const service = here.service({
      workload: async ({ assertOwned }) => {
        await assertOwned();
        await here.clock.advance(30_000);
        await assertOwned();
        return 'done';
      },
    });

    expect(await here.deliver(service, DUE)).toMatchObject({ outcome: 'succeeded', result: 'done' });
  });

  it('costs one consistent read for each time that it asks, and none otherwise', async () => {
    const { store, calls } = database.connect();
    const here = world({ store });
    let times = 0;
    const workload = async ({ assertOwned }: RunContext<undefined>) => {
      for (let asked = 0; asked < times; asked++) await assertOwned();
    };
    const service = here.service({ name: 'asking', workload });

    await here.deliver(service, DUE);
    expect(calls.splice(0)).toEqual(['UpdateItem', 'UpdateItem']);
    times = 2;
    await here.deliver(service, DUE + MINUTE);
    expect(calls.splice(0)).toEqual(['UpdateItem', 'GetItem', 'GetItem', 'UpdateItem']);
  });

  it('gets a LeaseLostError once another run has taken over, and its end is not recorded', async () => {
    const here = world();
    let caught: unknown;
    const service = here.service({
      workload: async ({ assertOwned }) => {
        await takeOver(here);
        await assertOwned().catch((error: unknown) => {
          caught = error;
          throw error;
        });
      },
    });

    await expect(here.deliver(service, DUE)).rejects.toThrow('outlived its lease; its end (failed) is not recorded');

    expect(caught).toBeInstanceOf(LeaseLostError);
    expect(caught).toMatchObject({ service: 'svc', fence: 1, code: 'lease-lost' });
    expect(await here.state(service)).toMatchObject({ fence: 2, countedUpTo: 0, streak: 0 });
  });

  it('fails and does not halt if its lease has only expired', async () => {
    const here = world();
    const { now } = here.clock;
    const service = here.service({
      workload: async ({ assertOwned }) => {
        // The clock was set ahead, but the timer of the deadline has not fired.
        Object.assign(here.clock, { now: () => now() + 10 * MINUTE });
        await assertOwned();
      },
    });

    const event = await here.deliver(service, DUE).finally(() => Object.assign(here.clock, { now }));

    expect(event).toMatchObject({ outcome: 'failed', verdict: 'steady', failure: { errorClass: 'LeaseLostError' } });
  });

  it('is answered at once when its time is up, even if the store does not answer', async () => {
    const here = world();
    const deaf = { ...here.ports, store: { ...here.ports.store, read: () => new Promise<never>(() => {}) } };
    Object.assign(here.ports, deaf);
    const service = here.service({ workload: ({ assertOwned }) => assertOwned() });

    const delivered = here.deliver(service, DUE);
    await here.clock.advance(45_000);

    expect(await delivered).toMatchObject({ outcome: 'timed-out' });
    expect(here.events).not.toContain('recycle');
  });
});
