/** What a tick costs: the calls to DynamoDB, counted in the SDK as they are sent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../support/dynalite.ts';
import { DUE, MINUTE, refused, type World, world } from '../support/tick-kit.ts';
import { useDatabase } from '../support/use-database.ts';
import { returningOldItems, type WireProxy, wireProxy } from '../support/wire-proxy.ts';

const database = useDatabase();
let proxy: WireProxy;
beforeAll(async () => {
  proxy = await wireProxy(database.endpoint, returningOldItems);
});
afterAll(async () => {
  await proxy.close();
});

function connected(endpoint?: string): { connection: Connection; here: World } {
  const connection = database.connect(endpoint);
  return { connection, here: world({ store: connection.store }) };
}

/** What was called since the last look. */
function calls({ calls: made, attempts }: Connection): string[] {
  expect(attempts).toEqual(made);
  attempts.length = 0;
  return made.splice(0);
}

describe('A tick over the wire', () => {
  it('makes two calls when healthy, the first tick and any later one', async () => {
    const { connection, here } = connected();
    const service = here.service({ name: 'healthy' });

    for (const due of [DUE, DUE + MINUTE, DUE + 2 * MINUTE]) {
      await here.deliver(service, due);
      expect(calls(connection)).toEqual(['UpdateItem', 'UpdateItem']);
    }
  });

  it('makes three when failing and four when that is a trip', async () => {
    const { connection, here } = connected();
    const workload = () => Promise.reject(refused());
    const service = here.service({ name: 'failing', consecutive: 2, backoff: 2, workload });

    await here.deliver(service, DUE);
    expect(calls(connection)).toEqual(['UpdateItem', 'PutItem', 'UpdateItem']);
    await here.deliver(service, DUE + MINUTE);
    expect(calls(connection)).toEqual(['UpdateItem', 'Query', 'PutItem', 'UpdateItem']);
  });

  it('makes two when refused where the endpoint keeps the old item to itself, and one where it returns it', async () => {
    for (const [endpoint, expected] of [
      [undefined, ['UpdateItem', 'GetItem']],
      [proxy.endpoint, ['UpdateItem']],
    ] as const) {
      const { connection, here } = connected(endpoint);
      const service = here.service({ name: endpoint === undefined ? 'refused' : 'refused-at-once' });
      await here.deliver(service, DUE);
      calls(connection);

      const tickEvent = await here.deliver(service, DUE);

      expect(tickEvent).toMatchObject({
        disposition: 'skipped',
        reason: 'duplicate',
        state: { fence: 1, lastTick: DUE },
      });
      expect(calls(connection)).toEqual(expected);
    }
  });

  it('makes one call more for a run by hand, which is written down, and one to give a stopped run back', async () => {
    const { connection, here } = connected();
    const stopping = new AbortController();
    const service = here.service({ name: 'by-hand' });
    await here.byHand(service);
    expect(calls(connection)).toEqual(['UpdateItem', 'PutItem', 'UpdateItem']);

    const stopped = here.service({
      name: 'stopped',
      workload: async ({ signal }) => {
        stopping.abort();
        signal.throwIfAborted();
      },
    });
    await here.deliver(stopped, DUE, { stop: stopping.signal });
    expect(calls(connection)).toEqual(['UpdateItem', 'UpdateItem']);
  });

  it('writes the crashes it counts with its own commit, and commits also where they make it skip', async () => {
    const { connection, here } = connected();
    const service = here.service({ name: 'dying', consecutive: 2, backoff: 2 });
    await here.crash(service, DUE);
    calls(connection);
    await here.deliver(service, DUE + MINUTE);
    expect(calls(connection)).toEqual(['UpdateItem', 'PutItem', 'UpdateItem']);

    await here.crash(service, DUE + 2 * MINUTE);
    await here.crash(service, DUE + 3 * MINUTE);
    calls(connection);
    const tickEvent = await here.deliver(service, DUE + 4 * MINUTE);

    expect(tickEvent).toMatchObject({ disposition: 'skipped', reason: 'backoff', crashesBooked: 2 });
    expect(calls(connection)).toEqual(['UpdateItem', 'Query', 'PutItem', 'PutItem', 'UpdateItem']);
  });
});
