/** Items that have expired, where no time to live removes them. */
import { DeleteCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sweepExpired } from '../../lib/store/index.ts';
import { type TestDatabase, testDatabase } from '../support/dynalite.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const SECONDS = NOW / 1_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

it('sweeping removes what has expired, of every service and kind, and nothing else', async () => {
  const { documents, table } = database.connect();
  const items = [
    { pk: 'polls', sk: 'STATE', fence: 1 },
    { pk: 'polls', sk: 'RUN#2026-10-01T00:00:00.000Z#1', expiresAtSeconds: SECONDS - 86_400 },
    { pk: 'polls', sk: 'RUN#2026-10-30T12:00:00.000Z#2', expiresAtSeconds: SECONDS },
    { pk: 'polls', sk: 'RUN#2026-10-30T12:00:01.000Z#3', expiresAtSeconds: SECONDS + 1 },
    { pk: 'sweeps', sk: 'REPAIR#2026-10-01T00:00:00.000Z', expiresAtSeconds: 1 },
    { pk: 'sweeps', sk: 'RUN#2026-10-01T00:00:00.000Z#1', expiresAtSeconds: 'soon' },
  ];
  for (const Item of items) await documents.send(new PutCommand({ TableName: table, Item }));

  const deleted = await sweepExpired(documents, table, NOW + 999);
  const again = await sweepExpired(documents, table, NOW + 999);

  const { Items = [] } = await documents.send(new ScanCommand({ TableName: table }));
  expect([deleted, again]).toEqual([3, 0]);
  expect(Items.map(({ pk, sk }) => `${pk} ${sk}`).toSorted()).toEqual([
    'polls RUN#2026-10-30T12:00:01.000Z#3',
    'polls STATE',
    'sweeps RUN#2026-10-01T00:00:00.000Z#1',
  ]);
  for (const { pk, sk } of Items) await documents.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }));
});

it('sweeping goes through every page of a large table', async () => {
  const { documents, table, calls } = database.connect();
  const text = 'x'.repeat(200_000);
  for (let fence = 1; fence <= 12; fence++) {
    const Item = { pk: 'polls', sk: `RUN#${fence}`, text, expiresAtSeconds: SECONDS };
    await documents.send(new PutCommand({ TableName: table, Item }));
  }
  calls.length = 0;

  expect(await sweepExpired(documents, table, NOW)).toBe(12);
  expect(calls.filter((call) => call === 'Scan').length).toBeGreaterThan(1);
});

it('an item that is written anew while its page is swept stays', async () => {
  const { documents, table } = database.connect();
  const key = { pk: 'polls', sk: 'RUN#renewed' };
  await documents.send(new PutCommand({ TableName: table, Item: { ...key, expiresAtSeconds: 1 } }));
  documents.middlewareStack.add(
    (next, context) => async (args) => {
      const { commandName } = context as { commandName?: string };
      const answer = await next(args);
      if (commandName === 'ScanCommand') {
        const { documents: other } = database.connect();
        await other.send(new PutCommand({ TableName: table, Item: { ...key, expiresAtSeconds: SECONDS + 60 } }));
      }
      return answer;
    },
    { step: 'initialize', name: 'renewed' },
  );

  expect(await sweepExpired(documents, table, NOW)).toBe(0);
  const { Count } = await documents.send(new ScanCommand({ TableName: table }));
  expect(Count).toBe(1);
});
