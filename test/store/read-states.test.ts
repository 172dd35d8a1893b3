import { BatchGetCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { UnreadableStateError } from '../../lib/service/index.ts';
import { dynamoStatesReader, StoreError } from '../../lib/store/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { TABLE } from '../support/dynalite.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();
const names = Array.from({ length: 250 }, (_, index) => `s${index}`);

beforeAll(async () => {
  const { documents } = database;
  const states = names.slice(0, 230).map((pk, index) => ({ pk, sk: 'STATE', v: 1, fence: index, done: index }));
  const runs = names.slice(0, 3).map((pk) => ({ pk, sk: 'RUN#2025-10-09T12:00:00.000Z#1', fence: 1 }));
  const others = [
    { pk: 'damaged', sk: 'STATE', v: 1, fence: 3, done: 'three' },
    { pk: 'newer', sk: 'STATE', v: 2, fence: 3, done: 3 },
  ];
  for (const Item of [...states, ...runs, ...others]) await documents.send(new PutCommand({ TableName: TABLE, Item }));
});

const waits = () => ({ clock: fakeClock(0), random: scriptedRandom(), signal: new AbortController().signal });

/** The client, leaving all but the first `most` keys of a request unprocessed. */
function leavingOver(documents: DynamoDBDocumentClient, most: number): DynamoDBDocumentClient {
  const send = async (command: BatchGetCommand) => {
    const keys = command.input.RequestItems?.[TABLE]?.Keys ?? [];
    if (keys.length <= most) return documents.send(command);
    const left = { [TABLE]: { Keys: keys.slice(most) } };
    if (most === 0) return { Responses: {}, UnprocessedKeys: left };
    const answer = await documents.send(
      new BatchGetCommand({ RequestItems: { [TABLE]: { Keys: keys.slice(0, most) } } }),
    );
    return { ...answer, UnprocessedKeys: left };
  };
  return new Proxy(documents, { get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)) });
}

test('250 services are read in four requests, those without state among them', async () => {
  const { documents, calls } = database.connect();

  const found = await dynamoStatesReader(documents, TABLE, 'watch').read(names, waits());

  expect(calls).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem', 'BatchGetItem']);
  expect([...found.keys()]).toEqual(names);
  expect(names.map((name) => (found.get(name) as { fence: number } | undefined)?.fence)).toEqual([
    ...Array.from({ length: 230 }, (_, index) => index),
    ...new Array(20).fill(undefined),
  ]);
});

test('a damaged state and a newer one are values beside the others', async () => {
  const { documents } = database.connect();

  const found = await dynamoStatesReader(documents, TABLE, 'watch').read(['damaged', 's7', 'newer'], waits());

  expect(found.get('damaged')).toBeInstanceOf(UnreadableStateError);
  expect(found.get('damaged')).toMatchObject({ code: 'state-damaged', service: 'damaged' });
  expect(found.get('newer')).toMatchObject({ code: 'state-newer', service: 'newer' });
  expect(found.get('s7')).toMatchObject({ fence: 7, countedUpTo: 7 });
});

test('keys that DynamoDB leaves unprocessed are asked for again, after a wait', async () => {
  const { documents, calls } = database.connect();
  const asked = waits();

  const found = await dynamoStatesReader(leavingOver(documents, 40), TABLE, 'watch').read(names.slice(0, 80), asked);

  expect(calls).toHaveLength(2);
  expect([...found.keys()]).toEqual(names.slice(0, 80));
  expect(found.get('s79')).toMatchObject({ fence: 79 });
  expect(asked.clock.sleeps).toHaveLength(1);
});

test('keys that stay unprocessed are missing from the answer, after five attempts with longer and longer waits', async () => {
  const { documents } = database.connect();
  const asked = { ...waits(), random: { draw: () => 0.5, id: () => '' } };

  const found = await dynamoStatesReader(leavingOver(documents, 0), TABLE, 'watch').read(['s1', 's2'], asked);

  expect([...found.keys()]).toEqual([]);
  expect(asked.clock.sleeps).toEqual([100, 200, 400, 800]);
});

test('a request that fails is an error that names who reads', async () => {
  const { documents } = database.connect();
  const failed = dynamoStatesReader(documents, 'no-such-table', 'watch').read(['s1'], waits());

  await expect(failed).rejects.toBeInstanceOf(StoreError);
  await expect(failed).rejects.toThrow(
    /^watch: reading the states failed \(ResourceNotFoundException: .*\); no service was checked$/,
  );
});

test('a mark far ahead of the clock, which would keep its service alive for years, is damage', async () => {
  const { documents } = database.connect();
  const Item = { pk: 'ahead', sk: 'STATE', v: 1, fence: 1, done: 1, lastTick: 4_102_444_800_000 };
  await documents.send(new PutCommand({ TableName: TABLE, Item }));

  const found = await dynamoStatesReader(documents, TABLE, 'watch').read(['ahead'], waits());

  expect(found.get('ahead')).toMatchObject({ code: 'state-damaged', message: expect.stringContaining('lastTick') });
});

test('the failures of runs are read from their records, one request a run, and a run without a record has none', async () => {
  const { documents, calls } = database.connect();
  const at = Date.parse('2025-10-09T12:00:00Z');
  const failure = { at, errorClass: 'HttpStatusError', message: 'GET https://x answered 503', text: 'stack' };
  const Item = { pk: 's9', sk: 'RUN#2025-10-09T12:00:00.000Z#7', fence: 7, at, outcome: 'failed', failure };
  await documents.send(new PutCommand({ TableName: TABLE, Item }));
  calls.length = 0;

  const runs = [
    { service: 's9', at, fence: 7 },
    { service: 's1', at, fence: 9 },
  ];
  const failures = await dynamoStatesReader(documents, TABLE, 'watch').failures(runs, waits());

  expect([...failures]).toEqual([['s9', 'HttpStatusError: GET https://x answered 503']]);
  expect(calls).toEqual(['BatchGetItem', 'BatchGetItem']);
});
