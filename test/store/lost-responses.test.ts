/**
 * A write whose response is lost is sent again by the SDK and meets itself: that is recognised, and nothing happens
 * twice.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../support/dynalite.ts';
import { DUE, MINUTE, refused, type World, world } from '../support/tick-kit.ts';
import { useDatabase } from '../support/use-database.ts';
import { losing, type Meddle, returningOldItems, type WireProxy, wireProxy } from '../support/wire-proxy.ts';
import { putItem } from './items.ts';

const database = useDatabase();
const proxies: WireProxy[] = [];
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
});

async function behind(meddle: Meddle): Promise<{ connection: Connection; here: World }> {
  const proxy = await wireProxy(database.endpoint, meddle);
  proxies.push(proxy);
  const connection = database.connect(proxy.endpoint);
  return { connection, here: world({ store: connection.store }) };
}

/** Loses the answer to the n-th UpdateItem that succeeds, n counted from 1. */
function losingUpdate(nth: number, otherwise: Meddle = async ({ answer }) => answer): Meddle {
  let updates = 0;
  return async (exchange) => {
    if (exchange.operation === 'UpdateItem' && exchange.status === 200 && ++updates === nth) return undefined;
    return otherwise(exchange);
  };
}

const ENDPOINTS: [string, Meddle | undefined][] = [
  ['an endpoint that keeps the old item to itself', undefined],
  ['an endpoint that returns the old item', returningOldItems],
];

describe.each(ENDPOINTS)('On %s, a tick', (endpoint, otherwise) => {
  const named = (name: string) => `${name}-${otherwise === undefined ? 'plain' : 'returning'}`;

  it(`a tick whose acquire lost its response runs once, as run 1 and without a crash (${endpoint})`, async () => {
    const { connection, here } = await behind(losingUpdate(1, otherwise));
    const service = here.service({ name: named('acquire') });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({ disposition: 'ran', outcome: 'succeeded', fence: 1, crashesBooked: 0 });
    expect(here.events.filter((event) => event === 'run')).toHaveLength(1);
    expect(connection.attempts.slice(0, 2)).toEqual(['UpdateItem', 'UpdateItem']);
    expect(await here.state(service)).toMatchObject({ fence: 1, countedUpTo: 1, lastTick: DUE });
  });

  it(`a tick whose acquire lost its response still counts the runs that crashed before (${endpoint})`, async () => {
    const { here } = await behind(losingUpdate(1, otherwise));
    const service = here.service({ name: named('after-crashes') });
    await putItem(database.connect(), { pk: service.name, sk: 'STATE', v: 1, fence: 5, done: 3, streak: 1 });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({ outcome: 'succeeded', fence: 6, crashesBooked: 2 });
    expect(here.crashes.map(({ fence, streak }) => [fence, streak])).toEqual([
      [4, 2],
      [5, 3],
    ]);
    expect(await here.state(service)).toMatchObject({ fence: 6, countedUpTo: 6 });
  });

  it(`a tick whose commit lost its response is committed, once in the ring (${endpoint})`, async () => {
    const { here } = await behind(losingUpdate(2, otherwise));
    const service = here.service({ name: named('commit'), workload: () => Promise.reject(refused()) });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({ disposition: 'ran', outcome: 'failed', verdict: 'steady' });
    const state = await here.state(service);
    expect(state).toMatchObject({ fence: 1, countedUpTo: 1, streak: 1, runs: [{ outcome: 'failed', at: DUE }] });
    expect(state.runs).toHaveLength(1);
  });

  it(`a tick whose commit lost its response is committed also if an operator resumed in between (${endpoint})`, async () => {
    const operator = database.connect();
    const name = named('resumed');
    let updates = 0;
    const { here } = await behind(async (exchange) => {
      if (exchange.operation === 'UpdateItem' && exchange.status === 200 && ++updates === 2) {
        await operator.store.resume(name);
        return undefined;
      }
      return (otherwise ?? (async ({ answer }) => answer))(exchange);
    });
    const service = here.service({ name, workload: () => Promise.reject(refused()) });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({ outcome: 'failed' });
    expect(await here.state(service)).toMatchObject({
      epoch: 1,
      countedUpTo: 1,
      streak: 0,
      runs: [{ outcome: 'failed' }],
    });
  });

  it(`a tick whose commit lost its response is committed also if the next tick took the lease in between (${endpoint})`, async () => {
    const other = database.connect();
    const name = named('taken');
    let updates = 0;
    const { here } = await behind(async (exchange) => {
      if (exchange.operation === 'UpdateItem' && exchange.status === 200 && ++updates === 2) {
        const next = { kind: 'scheduled', scheduledFor: DUE + MINUTE } as const;
        const asked = { service: name, tick: next, now: DUE + MINUTE, build: 'b1' };
        const answer = await other.store.acquire({ ...asked, owner: 'next', leaseUntil: DUE + 2 * MINUTE });
        expect(answer.granted).toBe(true);
        return undefined;
      }
      return (otherwise ?? (async ({ answer }) => answer))(exchange);
    });

    const tickEvent = await here.deliver(here.service({ name }), DUE);

    expect(tickEvent).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
  });
});

describe('Behind a lost response', () => {
  it('a lease that was given back is given back once', async () => {
    const { connection, here } = await behind(losingUpdate(2));
    const service = here.service({ name: 'release' });
    const asked = { service: 'release', tick: { kind: 'manual', force: false }, now: DUE, build: 'b1' } as const;
    const answer = await here.store.acquire({ ...asked, owner: 'ours', leaseUntil: DUE + MINUTE });
    if (!answer.granted) throw new Error('expected the lease to be granted');

    await here.store.release(answer.claim);

    expect(await here.state(service)).toMatchObject({ fence: 1, countedUpTo: 1 });
    expect((await here.state(service)).lease).toBeUndefined();
    expect(connection.attempts.filter((attempt) => attempt === 'UpdateItem')).toHaveLength(3);
  });

  it('a resume is counted once, and returns what it ended', async () => {
    const { here } = await behind(losingUpdate(2));
    const service = here.service({ name: 'resume' });
    await here.store.pause('resume', { at: DUE, reason: 'r', by: 'b' });

    expect(await here.store.resume('resume')).toMatchObject({ epoch: 0, pause: { reason: 'r' } });

    const state = await here.state(service);
    expect(state).toMatchObject({ epoch: 1, streak: 0 });
    expect(state.pause).toBeUndefined();
    expect(await here.deliver(service, DUE)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
  });

  it('a record is written once', async () => {
    const { here } = await behind(losing('PutItem'));
    const service = here.service({ name: 'record', workload: () => Promise.reject(refused()) });

    await here.deliver(service, DUE);

    expect(await here.store.failedRuns('record', { after: 0, limit: 10 })).toHaveLength(1);
  });

  it('no run happens twice, whichever answer is lost: ticks one after the other, delivered twice each', async () => {
    for (let lost = 1; lost <= 6; lost++) {
      const { here } = await behind(losingUpdate(lost));
      const ran: (number | undefined)[] = [];
      const service = here.service({
        name: `lost-${lost}`,
        workload: async ({ scheduledFor }) => void ran.push(scheduledFor),
      });
      for (const due of [DUE, DUE + MINUTE, DUE + 2 * MINUTE]) {
        await here.deliver(service, due);
        await here.deliver(service, due);
      }

      expect(ran).toEqual([DUE, DUE + MINUTE, DUE + 2 * MINUTE]);
      expect(await here.state(service)).toMatchObject({ fence: 3, countedUpTo: 3 });
    }
  });

  it('a lease whose answer never came is no run: the error names it', async () => {
    const { here } = await behind(losing('UpdateItem', 3));
    const service = here.service({ name: 'never' });

    await expect(here.deliver(service, DUE)).rejects.toMatchObject({ name: 'StoreError', code: 'store-failed' });

    expect(here.events).toEqual([]);
  });
});

describe('When every answer to a write is lost', () => {
  /** Loses every answer to UpdateItem while it says so. */
  function silent(when: { lost: boolean }, isMeant: (request: Readonly<Record<string, unknown>>) => boolean): Meddle {
    return async ({ operation, request, answer }) =>
      operation === 'UpdateItem' && when.lost && isMeant(request) ? undefined : answer;
  }
  const frees = (request: Readonly<Record<string, unknown>>) => String(request['UpdateExpression']).includes('REMOVE');

  it('the lease that was taken all the same is given back, and no crash is counted that never was', async () => {
    const when = { lost: true };
    const { here } = await behind(silent(when, (request) => !frees(request)));
    const service = here.service({ name: 'acquire-unheard' });

    await expect(here.deliver(service, DUE)).rejects.toMatchObject({ code: 'store-failed' });
    expect(await here.state(service)).toMatchObject({ fence: 1, countedUpTo: 1 });
    expect((await here.state(service)).lease).toBeUndefined();
    when.lost = false;

    expect(await here.deliver(service, DUE + MINUTE)).toMatchObject({ outcome: 'succeeded', crashesBooked: 0 });
  });

  it('a commit that was made all the same is found by reading', async () => {
    const { here } = await behind(silent({ lost: true }, frees));
    const service = here.service({ name: 'commit-unheard' });

    expect(await here.deliver(service, DUE)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
    expect(await here.state(service)).toMatchObject({ fence: 1, countedUpTo: 1, lastTick: DUE });
  });
});
