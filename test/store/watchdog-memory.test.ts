import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { dynamoWatchdogMemory, StoreError } from '../../lib/store/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { watchdogMemoryContract } from '../contracts/watchdog-memory.contract.ts';
import { TABLE } from '../support/dynalite.ts';
import { partsInMemory } from '../support/parts-in-memory.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();
let tests = 0;
/** Each test has a watchdog of its own. */
let name = '';
beforeEach(() => {
  tests += 1;
  name = `watch-${tests}`;
});

watchdogMemoryContract('on DynamoDB', async () => dynamoWatchdogMemory(database.connect().documents, TABLE, name));
watchdogMemoryContract('of the stories', async () => partsInMemory());

const context = () => ({ clock: fakeClock(0), random: scriptedRandom(), signal: new AbortController().signal });

test('a memory of 1,000 services is read whole', async () => {
  const { documents } = database.connect();
  const memory = dynamoWatchdogMemory(documents, TABLE, name);
  const entry = { schedule: 'abcdefgh', floor: 1_760_000_400_000, text: 'x'.repeat(2_000) };
  const entriesOf = (number: number) =>
    Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`service-${number}-${index}`, entry]));
  const parts = Array.from({ length: 10 }, (_, number) => ({ number, revision: 0, entries: entriesOf(number) }));

  await memory.save(parts, context());

  const read = await memory.load(context());
  expect(read.map(({ number, revision }) => [number, revision])).toEqual(parts.map(({ number }) => [number, 1]));
  expect(read.flatMap(({ entries }) => Object.keys(entries))).toHaveLength(1_000);
});

test('items of its state and its runs are no parts of it, and damaged entries count as none', async () => {
  const { documents } = database.connect();
  const items = [
    { sk: 'STATE', v: 1, fence: 1, done: 1 },
    { sk: 'RUN#2025-10-09T12:00:00.000Z#1', fence: 1 },
    { sk: 'WATCH#0', revision: 3, entries: 'none' },
    { sk: 'WATCH#one', revision: 3, entries: {} },
  ];
  for (const item of items) await documents.send(new PutCommand({ TableName: TABLE, Item: { pk: name, ...item } }));

  expect(await dynamoWatchdogMemory(documents, TABLE, name).load(context())).toEqual([
    { number: 0, revision: 3, entries: {} },
  ]);
});

test('a part whose revision cannot be read is overwritten', async () => {
  const { documents } = database.connect();
  const Item = { pk: name, sk: 'WATCH#0', revision: 'three', entries: { a: { floor: 1 } } };
  await documents.send(new PutCommand({ TableName: TABLE, Item }));
  const memory = dynamoWatchdogMemory(documents, TABLE, name);

  const [part] = await memory.load(context());
  expect(part).toEqual({ number: 0, revision: -1, entries: { a: { floor: 1 } } });
  await memory.save([{ ...part, number: 0, revision: -1, entries: {} }], context());

  expect(await memory.load(context())).toEqual([{ number: 0, revision: 1, entries: {} }]);
});

test('a check whose memory another check has written says so, with the service and what follows', async () => {
  const memory = dynamoWatchdogMemory(database.connect().documents, TABLE, name);
  await memory.save([{ number: 0, revision: 0, entries: {} }], context());

  const refused = memory.save([{ number: 0, revision: 0, entries: {} }], context());

  await expect(refused).rejects.toThrow(StoreError);
  await expect(refused).rejects.toThrow(
    new RegExp(`^${name}: writing its memory failed \\(.*\\); the next check compares with the memory as it was$`),
  );
});
