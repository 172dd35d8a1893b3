/**
 * Every StateStore is held to the one contract. `TICKOVER_TEST_ENDPOINT` names another DynamoDB to be held to it too.
 */
import { afterAll, expect, test } from 'vitest';
import { memoryStore } from '../../lib/testing/index.ts';
import { dynaliteDatabase, NAMED_ENDPOINT, type TestDatabase, testDatabase } from '../support/dynalite.ts';
import { laggingReads } from '../support/lagging-reads.ts';
import { returningOldItems, type WireProxy, wireProxy } from '../support/wire-proxy.ts';
import { contractKit } from './contract-kit.ts';
import { stateStoreContract } from './state-store.contract.ts';

const open: (TestDatabase | WireProxy)[] = [];

afterAll(async () => {
  for (const one of open.toReversed()) await one.close();
});

async function opened(database: Promise<TestDatabase>): Promise<TestDatabase> {
  open.push(await database);
  return database;
}

stateStoreContract('The store in memory', async () => memoryStore());

stateStoreContract('The store on dynalite', async () => (await opened(dynaliteDatabase())).connect().store);

stateStoreContract('The store on an endpoint that returns the old item', async () => {
  const database = await opened(dynaliteDatabase());
  const proxy = await wireProxy(database.endpoint, returningOldItems);
  open.push(proxy);
  return database.connect(proxy.endpoint).store;
});

stateStoreContract('The store on a DynamoDB whose reads lag', async () => {
  const [replica, database] = [await opened(dynaliteDatabase()), await opened(dynaliteDatabase())];
  const proxy = await laggingReads(database.endpoint, replica.endpoint);
  open.push(proxy);
  return database.connect(proxy.endpoint).store;
});

if (NAMED_ENDPOINT !== undefined) {
  let database: TestDatabase;
  stateStoreContract(`The store on ${NAMED_ENDPOINT}`, async () => {
    database = await opened(testDatabase());
    return database.connect().store;
  });

  test(`${NAMED_ENDPOINT} returns the item that refused a write, as DynamoDB does: a refusal is one call`, async () => {
    const { store, calls } = database.connect();
    const kit = contractKit(() => store);
    const service = 'refused-at-once';
    await kit.granted(kit.asked(service));
    calls.length = 0;

    expect(await store.acquire(kit.asked(service))).toMatchObject({ reason: 'duplicate', state: { fence: 1 } });
    expect(calls).toEqual(['UpdateItem']);
  });
}
