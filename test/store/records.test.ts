/** Run records as they lie in the table, and how they are found among many. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import type { RunRecord } from '../../lib/rules/index.ts';
import { TABLE } from '../support/dynalite.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();

const AT = 1_760_000_400_000;

function recordOf(service: string, fence: number, over: Partial<RunRecord> = {}): RunRecord {
  const at = AT + fence * 60_000;
  const failure = { at, errorClass: 'E', message: `no ${fence}`, text: `E: no ${fence}` };
  const run = { service, fence, at, manual: false, startedAt: at + 250, durationMs: 1_500, build: 'b1' };
  return { ...run, outcome: 'failed', failure, ...over };
}

it('is an item of its own under service, time and number, and ends 30 days after its run, in epoch seconds', async () => {
  await database.store.putRun(recordOf('one', 7, { at: AT, startedAt: AT + 250 }));

  const { Items } = await database.documents.send(
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'one' },
    }),
  );

  expect(Items).toEqual([
    expect.objectContaining({
      pk: 'one',
      sk: 'RUN#2025-10-09T09:00:00.000Z#7',
      fence: 7,
      outcome: 'failed',
      expiresAtSeconds: 1_762_592_401,
    }),
  ]);
});

it('is found in one query that asks for little more than is wanted, however many there are', async () => {
  for (let fence = 1; fence <= 40; fence++) await database.store.putRun(recordOf('many', fence));
  database.calls.length = 0;

  const records = await database.store.failedRuns('many', { after: 0, limit: 10 });

  expect(records.map(({ fence }) => fence)).toEqual([40, 39, 38, 37, 36, 35, 34, 33, 32, 31]);
  expect(database.calls).toEqual(['Query']);
});

it('is looked for page by page behind successful runs by hand, in a bounded number of queries', async () => {
  await database.store.putRun(recordOf('behind', 1));
  const succeeded = { manual: true, outcome: 'succeeded' } as const;
  for (let fence = 2; fence <= 90; fence++) await database.store.putRun(recordOf('behind', fence, succeeded));
  database.calls.length = 0;

  expect(await database.store.failedRuns('behind', { after: 0, limit: 1 })).toEqual([]);
  expect(database.calls).toEqual(['Query', 'Query', 'Query', 'Query', 'Query']);
  database.calls.length = 0;
  expect(await database.store.failedRuns('behind', { after: 85, limit: 1 })).toEqual([]);
  expect(database.calls).toEqual(['Query']);
  expect(await database.store.failedRuns('behind', { after: 0, limit: 20 })).toEqual([recordOf('behind', 1)]);
});

it('records that can not be written or read reject with the store’s error', async () => {
  const { store } = database.connect('http://127.0.0.1:1');

  await expect(store.putRun(recordOf('lost', 1))).rejects.toThrow(
    /^lost: writing a run record failed \(.*\); the record will be missing$/s,
  );
  await expect(store.failedRuns('lost', { after: 0, limit: 1 })).rejects.toThrow(
    /^lost: reading the failed runs failed \(.*\); the report omits them$/s,
  );
});
