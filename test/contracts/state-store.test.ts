/** Every StateStore is held to the one contract. `TICKOVER_TEST_ENDPOINT` names another DynamoDB to be held to it too. */
import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { memoryStore } from '../../lib/testing/index.ts';
import { TABLE, type TestDatabase, testDatabase } from '../support/dynalite.ts';
import { returningOldItems, type WireProxy, wireProxy } from '../support/wire-proxy.ts';
import { stateStoreContract } from './state-store.contract.ts';

const open: (TestDatabase | WireProxy)[] = [];

afterAll(async () => {
  for (const one of open.toReversed()) await one.close();
});

async function opened(endpoint?: string, table?: string): Promise<TestDatabase> {
  const database = await testDatabase(endpoint, table);
  open.push(database);
  return database;
}

stateStoreContract('The store in memory', async () => memoryStore());

stateStoreContract('The store on dynalite', async () => (await opened()).connect().store);

stateStoreContract('The store on an endpoint that returns the old item', async () => {
  const database = await opened();
  const proxy = await wireProxy(database.endpoint, returningOldItems);
  open.push(proxy);
  return database.connect(proxy.endpoint).store;
});

const named = process.env['TICKOVER_TEST_ENDPOINT'];
if (named !== undefined) {
  console.log(`The contract is run on ${named} too (TICKOVER_TEST_ENDPOINT)`);
  stateStoreContract(
    `The store on ${named}`,
    async () => (await opened(named, `${TABLE}-${randomUUID()}`)).connect().store,
  );
}
