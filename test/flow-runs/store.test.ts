import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoFlowRunStore, flowRunsTable, UnreadableRunError } from '../../lib/flow-runs/index.ts';
import { type Database, ensureTable, openDatabase } from '../../lib/local/index.ts';
import { dynaliteDatabase, NAMED_ENDPOINT } from '../support/dynalite.ts';
import { eventually } from '../support/eventually.ts';
import { laggingReads } from '../support/lagging-reads.ts';
import { httpServer } from '../support/raw-server.ts';
import { memoryFlowRunStore } from './memory-store.ts';
import { LATE_STATE, START, waitingRun } from './runs.ts';
import { testFlowRunStore } from './store-contract.ts';

let directory: string;
let database: Database;
let client: DynamoDBClient;
let lagging: { readonly client: DynamoDBClient; close(): Promise<void> };

const clientOf = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tickover-flow-runs-'));
  database = await openDatabase({ directory });
  client = clientOf(database.endpoint);
  lagging = await laggingClient(database.endpoint);
});
afterAll(async () => {
  await lagging.close();
  client.destroy();
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

async function laggingClient(endpoint: string) {
  const replica = await dynaliteDatabase();
  const proxy = await laggingReads(endpoint, replica.endpoint);
  const made = clientOf(proxy.endpoint);
  return {
    client: made,
    async close() {
      made.destroy();
      await proxy.close();
      await replica.close();
    },
  };
}

async function newTable(on = client): Promise<string> {
  const name = `flow-runs-${randomUUID()}`;
  await ensureTable(on, flowRunsTable(name));
  return name;
}

testFlowRunStore('the store in memory', async () => memoryFlowRunStore());
testFlowRunStore('the store on DynamoDB', async () => dynamoFlowRunStore(client, await newTable()));

testFlowRunStore('the store on a DynamoDB whose reads lag', async () =>
  dynamoFlowRunStore(lagging.client, await newTable(lagging.client)),
);

if (NAMED_ENDPOINT !== undefined) {
  const named = clientOf(NAMED_ENDPOINT);
  testFlowRunStore(`the store on ${NAMED_ENDPOINT}`, async () => dynamoFlowRunStore(named, await newTable(named)));
}

test('an item that is no flow run is listed by its id, and the others come through', async () => {
  const table = await newTable();
  const store = dynamoFlowRunStore(client, table);
  await store.put(waitingRun('good'));
  await client.send(
    new PutItemCommand({
      TableName: table,
      Item: { id: { S: 'bad' }, waiting: { S: 'SCHEDULED#Scheduled' }, nextScheduledStartTime: { N: '5' } },
    }),
  );

  const page = await store.due({ cutoff: START, limit: 10 });
  const all = await store.list();

  expect(page.runs.map(({ id }) => id)).toEqual(['good']);
  expect(page.unreadable).toMatchObject([{ id: 'bad', error: { code: 'flow-run-unreadable' } }]);
  expect(all.unreadable[0]?.error.message).toMatch(
    /^flow run bad: its item can't be read \(name: .*; it is left alone$/,
  );
  await expect(store.get('bad')).rejects.toBeInstanceOf(UnreadableRunError);
  await expect(store.transition(waitingRun('bad'), LATE_STATE)).rejects.toBeInstanceOf(UnreadableRunError);
});

test("every method rejects with the client's error as it is when the table can't be asked", async () => {
  const store = dynamoFlowRunStore(client, 'no-such-table');

  const settled = await Promise.allSettled([
    store.due({ cutoff: START, limit: 5 }),
    store.transition(waitingRun('a'), LATE_STATE),
    store.put(waitingRun('a')),
    store.get('a'),
    store.list(),
  ]);

  expect(settled.map((each) => each.status === 'rejected' && each.reason instanceof ResourceNotFoundException)).toEqual(
    [true, true, true, true, true],
  );
});

test('a refusal is one call where the endpoint returns the old item', async () => {
  const asked: string[] = [];
  const item = {
    id: { S: 'a' },
    name: { S: 'run a' },
    stateId: { S: 'late-0' },
    stateType: { S: 'SCHEDULED' },
    stateName: { S: 'Late' },
    stateTimestamp: { N: '1730772020000' },
  };
  const endpoint = createServer((request, response) => {
    asked.push(String(request.headers['x-amz-target']));
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    response.end(JSON.stringify({ __type, message: 'The conditional request failed', Item: item }));
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  const stub = clientOf(`http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`);

  try {
    const answer = await dynamoFlowRunStore(stub, 'flow-runs').transition(waitingRun('a'), LATE_STATE);

    expect(answer).toMatchObject({
      written: false,
      now: { id: 'a', state: { id: 'late-0', timestamp: 1730772020000 } },
    });
    expect(asked).toEqual(['DynamoDB_20120810.UpdateItem']);
  } finally {
    stub.destroy();
    endpoint.closeAllConnections();
    endpoint.close();
  }
});

test('a call ends with the signal it was given', async () => {
  const store = dynamoFlowRunStore(client, await newTable());
  await store.put(waitingRun('a'));

  await expect(store.due({ cutoff: START, limit: 5 }, AbortSignal.abort())).rejects.toThrow();
  await expect(store.transition(waitingRun('a'), LATE_STATE, AbortSignal.abort())).rejects.toThrow();

  expect((await store.get('a'))?.state.name).toBe('Scheduled');
});

test('a request ends with the signal, though the server asks to wait for an hour', async () => {
  let asked = 0;
  const server = await httpServer((_request, response) => {
    asked += 1;
    response.writeHead(503, { 'retry-after': '3600' }).end();
  });
  const away = clientOf(`http://127.0.0.1:${server.port}`);
  const store = dynamoFlowRunStore(away, 'flow-runs');
  const over = new AbortController();
  const works = [
    store.due({ cutoff: START, limit: 10 }, over.signal),
    store.transition(waitingRun(randomUUID()), LATE_STATE, over.signal),
  ];
  for (const work of works) work.catch(() => {});
  await eventually(() => (asked === 2 ? true : undefined));

  over.abort(new Error('the time is up'));

  expect(await Promise.allSettled(works)).toMatchObject([
    { reason: { message: 'the time is up' } },
    { reason: { message: 'the time is up' } },
  ]);
  away.destroy();
  await server.close();
});
