/** What `npm start` leaves in its log and its database, on a machine in any time zone. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureTable, openDatabase } from '../../lib/local/index.ts';
import { stateTable } from '../../lib/store/index.ts';
import { type Started, startScript } from '../support/process.ts';

let directory: string;
const processes: Started[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-start-log-'));
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((started) => started.end('SIGKILL')));
  await rm(directory, { recursive: true, force: true });
});

const KEY = { pk: 'mark-late-runs', sk: 'RUN#2026-01-01T00:00:00.000Z#1' };

/** Works on the data while nobody serves them. */
async function onDisk<Result>(work: (documents: DynamoDBDocumentClient) => Promise<Result>): Promise<Result> {
  const database = await openDatabase({ directory, brief: true });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials });
  await ensureTable(client, stateTable('tickover'));
  try {
    return await work(DynamoDBDocumentClient.from(client));
  } finally {
    client.destroy();
    await database.close();
  }
}

test('every line of the log is in UTC whatever TZ says, and expired run records are removed', async () => {
  await onDisk((documents) =>
    documents.send(new PutCommand({ TableName: 'tickover', Item: { ...KEY, expiresAtSeconds: 1_700_000_000 } })),
  );
  const started = startScript('lib/cli/start.ts', ['--directory', directory], { TZ: 'Asia/Tokyo' });
  processes.push(started);
  await started.line(/ {2}mark-late-runs +succeeded/);
  await started.end('SIGTERM');

  const log = (await readFile(join(directory, 'log.jsonl'), 'utf8')).trimEnd().split('\n');
  const times = log.map((line) => (JSON.parse(line) as { timestamp?: string }).timestamp);
  expect(times).not.toEqual([]);
  expect(times.filter((time) => !time?.endsWith('Z'))).toEqual([]);
  const { Item } = await onDisk((documents) => documents.send(new GetCommand({ TableName: 'tickover', Key: KEY })));
  expect(Item).toBeUndefined();
});
