/** The database of a directory when the process that serves it ends before those that use it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { type Database, ensureTable, keepServed, openDatabase } from '../../lib/local/index.ts';
import { systemClock } from '../../lib/time/index.ts';
import { eventually } from '../support/eventually.ts';

const TABLE = {
  TableName: 'things',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
  BillingMode: 'PAY_PER_REQUEST' as const,
};

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'tickover-succession-'));
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return join(made, 'data');
}

async function opened(where: string): Promise<Database> {
  const database = await openDatabase({ directory: where });
  endings.push(() => database.close());
  return database;
}

async function tablesAt(endpoint: string): Promise<readonly string[] | undefined> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  await ensureTable(client, TABLE);
  const { TableNames } = await client.send(new ListTablesCommand({}));
  client.destroy();
  return TableNames;
}

/** A process that uses the database: it watches, until the test ends, who serves it. */
function using(database: Database, where: string) {
  const leaving = new AbortController();
  let checks = 0;
  const clock = {
    now: systemClock.now,
    sleep(ms: number, signal?: AbortSignal) {
      checks++;
      return systemClock.sleep(ms, signal);
    },
  };
  const notices: string[] = [];
  const onNotice = (line: string) => void notices.push(line);
  const last = keepServed(database, { directory: where }, { signal: leaving.signal, onNotice, clock });
  last.catch(() => {});
  endings.push(async () => {
    leaving.abort();
    await last.then((current) => current.close()).catch(() => {});
  });
  return { last, notices, leaving, checks: () => checks };
}

test('the second process serves the data at the same endpoint once the first has ended', async () => {
  const where = directory();
  const first = await opened(where);
  await tablesAt(first.endpoint);
  const second = await opened(where);
  const { last, notices } = using(second, where);

  await first.close();

  expect(await last).toMatchObject({ endpoint: first.endpoint, embedded: true, isNew: false });
  expect(await tablesAt(first.endpoint)).toEqual(['things']);
  expect(notices).toEqual([`database: the process that served ${where} has ended; this one does now`]);
  expect(await opened(where)).toMatchObject({ endpoint: first.endpoint, embedded: false });
});

test('one of several takes over, and when it ends the next does', async () => {
  const where = directory();
  const first = await opened(where);
  const others = [await opened(where), await opened(where)].map((database) => using(database, where));

  await first.close();
  const heir = await eventually(() => others.find(({ notices }) => notices.length > 0));
  const [next] = others.filter((other) => other !== heir);
  await (await heir.last).close();

  expect(await next?.last).toMatchObject({ endpoint: first.endpoint, embedded: true });
  expect(await tablesAt(first.endpoint)).toEqual(['things']);
});

test('a command that holds the data for a moment is waited for', async () => {
  const where = directory();
  const first = await opened(where);
  const second = await opened(where);
  await first.close();
  const brief = await openDatabase({ directory: where, brief: true });
  const { last, notices, checks } = using(second, where);
  await eventually(() => (checks() > 2 ? true : undefined));
  expect(notices).toEqual([]);
  await brief.close();

  expect(await last).toMatchObject({ endpoint: first.endpoint, embedded: true });
});

test('where the port is taken by another program, the second process ends by one error', async () => {
  const where = directory();
  const first = await opened(where);
  const second = await opened(where);
  await first.close();
  const port = Number(new URL(first.endpoint).port);
  const stranger = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
  endings.push(() => stranger.close());

  await expect(using(second, where).last).rejects.toMatchObject({
    code: 'database-lost',
    message:
      `database: the process that served ${where} has ended and this one can't (port ${port} of 127.0.0.1: another ` +
      'program listens there; free the port or choose another); services end; start again',
  });
});

test('a process that serves the data itself, or uses a named endpoint, watches nobody', async () => {
  const where = directory();
  const first = await opened(where);
  const named = await openDatabase({ directory: where, endpoint: 'http://127.0.0.1:9' });
  const parts = { signal: new AbortController().signal, onNotice: () => {} };

  expect(await keepServed(first, { directory: where }, parts)).toBe(first);
  expect(await keepServed(named, { directory: where, endpoint: 'http://127.0.0.1:9' }, parts)).toBe(named);
});

test('a process that leaves while the first goes on keeps what it has', async () => {
  const where = directory();
  await opened(where);
  const second = await opened(where);
  const { last, leaving } = using(second, where);
  leaving.abort();

  expect(await last).toBe(second);
});
