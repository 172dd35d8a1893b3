/** A service that is taken out of the stack: what the lists show of it, and how it is forgotten. */
import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamoWatchdogMemory } from '../../lib/store/index.ts';
import { systemClock } from '../../lib/time/index.ts';
import { useDatabase } from '../support/use-database.ts';
import { deploy, report, runWatchdog, stackClient, sync, tableClient } from './kit.ts';
import { type LambdaApi, lambdaApi } from './lambda-api.ts';

const database = useDatabase();
let api: LambdaApi;

beforeAll(async () => {
  api = await lambdaApi();
});
afterAll(() => api.close());

/** Both services run and are watched; then `report` is taken out. */
beforeEach(async () => {
  await emptyTable();
  deploy(api, database, [sync, report]);
  const client = stackClient(api);
  await client.runOnce('sync');
  await client.runOnce('report');
  await runWatchdog(api);
  deploy(api, database, [sync]);
  await runWatchdog(api);
});

async function itemsOf(service: string) {
  const { documents, table } = database;
  const query = new QueryCommand({
    TableName: table,
    KeyConditionExpression: 'pk = :service',
    ExpressionAttributeValues: { ':service': service },
  });
  return (await documents.send(query)).Items ?? [];
}

async function emptyTable() {
  const { documents, table } = database;
  for (const service of ['sync', 'report', 'watch-services'])
    for (const { pk, sk } of await itemsOf(service))
      await documents.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }));
}

const remembered = async () => {
  const memory = dynamoWatchdogMemory(database.documents, database.table, 'watch-services');
  const parts = await memory.load({ signal: new AbortController().signal });
  return Object.keys(parts[0]?.entries ?? {});
};

describe('a service that was taken out of the stack', () => {
  test('is listed as removed by the watchdog, without its function', async () => {
    const { services } = await stackClient(api).list();

    expect(services.map(({ name, status }) => [name, status])).toEqual([
      ['sync', 'steady'],
      ['watch-services', expect.any(String)],
      ['report', 'removed'],
    ]);
    expect(services.at(-1)).toMatchObject({ healthy: null, removedAt: expect.any(String), function: null });
  });

  test('is listed as removed by a client of the table, with what it left', async () => {
    const { services } = await tableClient(database, [sync]).list();

    expect(services.at(-1)).toMatchObject({
      ...{ name: 'report', status: 'removed', healthy: null, streak: 1, nextDue: null, removedAt: expect.any(String) },
    });
  });

  test('can be neither run nor paused, and the error names what can be done', async () => {
    await expect(stackClient(api).runOnce('report')).rejects.toMatchObject({
      code: 'unknown-service',
      message: expect.stringContaining('it is no longer deployed in the stack Prod; nothing runs it; `forget`'),
    });
  });

  test('that comes back is listed as it was', async () => {
    deploy(api, database, [sync, report]);
    await runWatchdog(api);

    const { services } = await stackClient(api).list();

    expect(services.find(({ name }) => name === 'report')).toMatchObject({ status: 'failing', removedAt: null });
  });
});

describe('forget', () => {
  test('deletes everything of the service, and nothing of another, and the lists no longer have it', async () => {
    const before = await itemsOf('sync');
    const left = await itemsOf('report');

    const answer = await tableClient(database, [sync]).forget('report', { confirm: 'report' });

    expect(left.length).toBeGreaterThan(1);
    expect([answer, await itemsOf('report')]).toEqual([{ deleted: left.length }, []]);
    expect([await itemsOf('sync'), await remembered()]).toEqual([before, ['sync']]);
    await runWatchdog(api);
    expect((await stackClient(api).list()).services.map(({ name }) => name)).toEqual(['sync', 'watch-services']);
  });

  test('deletes the rest if it was ended half-way', async () => {
    const { documents, table } = database;
    await documents.send(new DeleteCommand({ TableName: table, Key: { pk: 'report', sk: 'STATE' } }));

    await tableClient(database).forget('report', { confirm: 'report' });

    expect([await itemsOf('report'), await remembered()]).toEqual([[], ['sync']]);
  });

  test.each([
    ['sync', 'that the watchdog still watches', [], 'it is still deployed'],
    ['report', 'whose definition the client has', [report], 'it is still deployed'],
    ['watch-services', 'that is the watchdog', [], 'the watchdog remembers the other services'],
  ] as const)('refuses %s, %s', async (name, _why, services, words) => {
    const before = await itemsOf(name);

    await expect(tableClient(database, services).forget(name, { confirm: name })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(words),
    });
    expect(await itemsOf(name)).toEqual(before);
  });

  test('refuses a service without its name as confirmation', async () => {
    await expect(tableClient(database).forget('report', { confirm: 'yes' })).rejects.toThrow(
      'report: confirm: expected its name, got "yes"; nothing was deleted',
    );
    expect((await itemsOf('report')).length).toBeGreaterThan(1);
  });

  test('refuses a service whose run may be under way', async () => {
    const now = systemClock.now();
    const tick = { kind: 'manual', force: true } as const;
    await database.store.acquire({ service: 'report', tick, now, build: 'b1', owner: 'o', leaseUntil: now + 600_000 });
    const before = await itemsOf('report');

    await expect(tableClient(database).forget('report', { confirm: 'report' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('a run may be under way until'),
    });
    expect(await itemsOf('report')).toEqual(before);
  });

  test('says that there is nothing of a name that was never there', async () => {
    await expect(tableClient(database).forget('other', { confirm: 'other' })).rejects.toMatchObject({
      code: 'unknown-service',
    });
  });
});
