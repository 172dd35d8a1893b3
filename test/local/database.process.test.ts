import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import {
  type Database,
  type DatabaseOptions,
  ensureTable,
  localCredentials,
  openDatabase,
} from '../../lib/local/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';

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
  const made = mkdtempSync(join(tmpdir(), 'tickover-database-'));
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return join(made, 'data');
}

async function open(options: DatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  endings.push(() => database.close());
  return database;
}

function clientOf({ endpoint }: { endpoint: string }): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  endings.push(() => client.destroy());
  return client;
}

const put = (client: DynamoDBClient, id: string) =>
  client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } }));
const has = async (client: DynamoDBClient, id: string) =>
  (await client.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: id } } }))).Item !== undefined;

/** A process of its own that serves the directory, makes the table, puts an item and prints its endpoint. */
async function serveElsewhere(where: string): Promise<{ child: ChildProcess; endpoint: string }> {
  const script = `
    import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
    import { ensureTable, openDatabase } from './lib/local/index.ts';
    const database = await openDatabase({ directory: process.argv[1] });
    const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'l', secretAccessKey: 'l' } });
    await ensureTable(client, ${JSON.stringify(TABLE)});
    await client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'from elsewhere' } } }));
    process.stdout.write(database.endpoint + '\\n');
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, where], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endings.push(() => child.kill('SIGKILL'));
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve(line.toString().trim()));
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it served`)));
  });
  return { child, endpoint };
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

test('a new directory is served on 127.0.0.1, and its data are there when it is opened again', async () => {
  const where = directory();

  const first = await open({ directory: where });
  const client = clientOf(first);
  expect(await ensureTable(client, TABLE)).toBe(true);
  await put(client, 'kept');
  await first.close();
  await first.close();
  const second = await open({ directory: where });

  expect(first.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect([first.isNew, first.embedded, second.isNew, second.embedded]).toEqual([true, true, false, true]);
  expect(await ensureTable(clientOf(second), TABLE)).toBe(false);
  expect(await has(clientOf(second), 'kept')).toBe(true);
});

test('closing ends connections that are kept alive, and takes the note away', async () => {
  const where = directory();
  const database = await open({ directory: where });
  const client = clientOf(database);
  await client.send(new ListTablesCommand({}));
  expect(existsSync(join(where, 'endpoint.json'))).toBe(true);

  await database.close();

  expect(existsSync(join(where, 'endpoint.json'))).toBe(false);
  await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a second process uses the endpoint of the first, and closing it there leaves the first alone', async () => {
  const where = directory();
  const { endpoint } = await serveElsewhere(where);

  const shared = await open({ directory: where });

  expect(shared).toMatchObject({ endpoint, isNew: false, embedded: false });
  expect(await has(clientOf(shared), 'from elsewhere')).toBe(true);
  await shared.close();
  expect(await has(clientOf({ endpoint }), 'from elsewhere')).toBe(true);
});

test('a killed process leaves a note that is ignored and data that are there', async () => {
  const where = directory();
  const { child } = await serveElsewhere(where);
  await killed(child);
  expect(existsSync(join(where, 'endpoint.json'))).toBe(true);

  const taken = await open({ directory: where });

  expect(taken).toMatchObject({ embedded: true, isNew: false });
  expect(await has(clientOf(taken), 'from elsewhere')).toBe(true);
  expect(JSON.parse(readFileSync(join(where, 'endpoint.json'), 'utf8'))).toMatchObject({
    endpoint: taken.endpoint,
    pid: process.pid,
  });
});

test('a note that leads to another database, to another program or to nothing readable is ignored', async () => {
  const other = await open({ directory: directory() });
  const stranger = createServer((_, response) => response.end('healthy: dynamodb.us-east-1.amazonaws.com '));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  endings.push(() => stranger.close());
  const strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const endpointFile = (endpoint: string) => JSON.stringify({ endpoint, pid: process.pid, identity: 'gone' });

  for (const text of [endpointFile(other.endpoint), endpointFile(strange), '{"endpoint":', '']) {
    const where = directory();
    await (await openDatabase({ directory: where })).close();
    writeFileSync(join(where, 'endpoint.json'), text);
    const database = await open({ directory: where });
    expect(database).toMatchObject({ embedded: true });
    expect([other.endpoint, strange]).not.toContain(database.endpoint);
  }
});

test('one of several that start at once serves and the others share it', async () => {
  const where = directory();

  const databases = await Promise.all([1, 2, 3, 4].map(() => open({ directory: where })));

  expect(databases.filter(({ embedded }) => embedded)).toHaveLength(1);
  expect(databases.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(databases.map(({ endpoint }) => endpoint)).size).toBe(1);
});

test('a process that ends soon is waited for, not shared', async () => {
  const where = directory();
  const brief = await open({ directory: where, brief: true });

  const waiting = open({ directory: where });
  const impatient = openDatabase({ directory: where, patience: 0 });
  await expect(impatient).rejects.toMatchObject({ name: 'DatabaseError', code: 'database-in-use' });
  await brief.close();

  expect(await waiting).toMatchObject({ embedded: true, isNew: false });
});

test('patience counts the time that tries take, not the tries', async () => {
  const where = directory();
  await open({ directory: where, brief: true });
  let asked = 0;
  const silent = createServer(() => void asked++);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  endings.push(
    () => silent.close(),
    () => silent.closeAllConnections(),
  );
  const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  writeFileSync(join(where, 'endpoint.json'), JSON.stringify({ endpoint, pid: process.pid, identity: 'silent' }));

  await expect(openDatabase({ directory: where, patience: 1_000 })).rejects.toMatchObject({ code: 'database-in-use' });

  expect(asked).toBe(1);
});

test('a named endpoint is used as it is and nothing is started', async () => {
  const where = directory();

  const database = await open({ directory: where, endpoint: 'http://127.0.0.1:9' });

  expect(database).toMatchObject({ endpoint: 'http://127.0.0.1:9', isNew: false, embedded: false });
  expect(existsSync(where)).toBe(false);
});

test('a port in use is a clear error that leaves the directory free', async () => {
  const where = directory();
  const taken = Number(new URL((await open({ directory: directory() })).endpoint).port);

  await expect(openDatabase({ directory: where, port: taken })).rejects.toThrow(
    `database: port ${taken} of 127.0.0.1: another program listens there; free the port or choose another`,
  );

  expect(await open({ directory: where })).toMatchObject({ embedded: true });
});

test('a directory that is a file is a clear error', async () => {
  const where = directory();
  const file = join(where, '..', 'file');
  writeFileSync(file, '');

  await expect(openDatabase({ directory: file })).rejects.toMatchObject({ code: 'database-unusable' });
});

test('a directory in which none can be made is a clear error, not a wait without end', async () => {
  const where = process.platform === 'linux' ? '/proc/tickover' : join('/dev/null', 'tickover');

  await expect(openDatabase({ directory: where })).rejects.toMatchObject({
    code: 'database-unusable',
    message: expect.stringContaining(`database: ${where}: can't be made (`),
  });
});

test('a client that goes away in the middle of a request does no harm', async () => {
  const database = await open({ directory: directory() });
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': 100 };
  const leaving = request(database.endpoint, { method: 'POST', headers });
  const left = new Promise((resolve) => leaving.once('error', resolve));
  leaving.write('{"TableName":', () => leaving.destroy());
  await left;

  expect((await clientOf(database).send(new ListTablesCommand({}))).TableNames).toEqual([]);
});

test('a table made by several at once is made by one of them and usable for all', async () => {
  const client = clientOf(await open({ directory: directory() }));

  const made = await Promise.all([1, 2, 3, 4].map(() => ensureTable(client, TABLE)));

  expect(made.filter(Boolean)).toHaveLength(1);
  await put(client, 'one');
  expect(await has(client, 'one')).toBe(true);
});

test('a table that is never active is waited for 20 s, the time that answers take included', async () => {
  const clock = fakeClock();
  const asked: string[] = [];
  const send = async ({ constructor: { name } }: object) => {
    asked.push(name);
    await clock.sleep(9_000);
    return { Table: { TableStatus: 'CREATING' } };
  };

  await expect(ensureTable({ send } as unknown as DynamoDBClient, TABLE, clock)).rejects.toMatchObject({
    code: 'table-not-active',
  });

  const describe = 'DescribeTableCommand';
  expect(asked).toEqual([describe, 'CreateTableCommand', describe]);
  expect(clock.now()).toBe(20_000);
});

test('a table of an endpoint that never answers is waited for 20 s too', async () => {
  const clock = fakeClock();
  const send = () => new Promise(() => {});

  await expect(ensureTable({ send } as unknown as DynamoDBClient, TABLE, clock)).rejects.toMatchObject({
    code: 'table-not-active',
  });

  expect(clock.now()).toBe(20_000);
});

test('an endpoint of one machine adds a region and placeholder credentials only where none are set', () => {
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const local = 'http://127.0.0.1:8000';

  expect(localCredentials(local, {})).toEqual({
    ...quiet,
    AWS_ENDPOINT_URL_DYNAMODB: local,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  expect(localCredentials(local, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'mine' })).toEqual({
    ...quiet,
    AWS_ENDPOINT_URL_DYNAMODB: local,
  });
  expect(localCredentials('https://dynamodb.eu-west-1.amazonaws.com', {})).toEqual({
    ...quiet,
    AWS_ENDPOINT_URL_DYNAMODB: 'https://dynamodb.eu-west-1.amazonaws.com',
  });
});
