/** The embedded database as a hostile program on the same machine finds it, and its files as another user does. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { appendOwn, readOwn } from '../../lib/local/database/own-files.ts';
import { boundConnections } from '../../lib/local/database/request-bounds.ts';
import { logKeeper } from '../../lib/local/display/log-file.ts';
import { clientOf, environmentOf, withoutCredentials } from '../../lib/local/functions/environment.ts';
import { type Database, openDatabase } from '../../lib/local/index.ts';
import { documentClient } from '../../lib/store/index.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'tickover-bounds-'));
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function opened(where = join(directory(), 'data')): Promise<Database> {
  const database = await openDatabase({ directory: where });
  endings.push(() => database.close());
  return database;
}

/** The status of the answer to a body, or the code of the error. */
function answerTo({ endpoint }: Database, body: string, headers: IncomingHttpHeaders = {}): Promise<unknown> {
  return new Promise((resolve) => {
    const sent = request(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.ListTables',
        'x-amz-date': '20300101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=a/20300101/b/dynamodb/aws4_request, SignedHeaders=host, Signature=c',
        ...headers,
      },
    });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    sent.end(body);
  });
}

const nested = (depth: number) => `{"Limit":1,"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

describe('a request to the embedded database', () => {
  test('is refused where its body is nested deeper than DynamoDB allows, or larger, and others are answered', async () => {
    const database = await opened();

    expect([400, 'ECONNRESET', 'EPIPE']).toContain(await answerTo(database, '['.repeat(5_000_000)));
    expect([400, 'ECONNRESET', 'EPIPE']).toContain(await answerTo(database, '{"a":'.repeat(1_000_000)));
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(await answerTo(database, ' '.repeat(18_000_000)));
    expect(await answerTo(database, nested(101))).toBe(400);
    expect(await answerTo(database, '{}')).toBe(200);
    expect(await answerTo(database, `{"Limit":1,"ExclusiveStartTableName":"${'['.repeat(200)}\\"["}`)).not.toBe(413);
  });

  test('is refused where it names another host than this machine', async () => {
    const database = await opened();

    expect(await answerTo(database, '{}', { host: 'rebound.example:80' })).toBe(403);
    expect(await answerTo(database, '{}', { host: `localhost:${new URL(database.endpoint).port}` })).toBe(200);
  });

  test('a head that is sent half is cut, and connections are counted', async () => {
    const server = createServer((_, response) => response.end());
    boundConnections(server, 50);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => server.close());
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nhost: loc');

    await new Promise((resolve) => socket.once('close', resolve));
    expect(server.maxConnections).toBe(256);
    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 30_000]);
  });
});

describe('what this machine writes', () => {
  test('is for this user alone, also where it was there before', async () => {
    const where = join(directory(), 'data');
    mkdirSync(join(where, 'dynamodb'), { recursive: true });
    chmodSync(join(where, 'dynamodb'), 0o755);
    writeFileSync(join(where, 'log.jsonl'), '', { mode: 0o644 });
    await opened(where);
    logKeeper(join(where, 'log.jsonl'), expect.unreachable)('a line');
    const mode = (name: string) => lstatSync(join(where, name)).mode & 0o777;

    expect(mode('dynamodb')).toBe(0o700);
    expect([mode('endpoint.json'), mode('log.jsonl')]).toEqual([0o600, 0o600]);
    const fresh = join(directory(), 'deep', 'fresh');
    await opened(fresh);
    expect(lstatSync(fresh).mode & 0o777).toBe(0o700);
  });

  test('follows no link that was planted in its place', async () => {
    const where = directory();
    const target = join(where, 'target');
    writeFileSync(target, 'kept');
    symlinkSync(target, join(where, 'log.jsonl'));
    const shown: string[] = [];
    logKeeper(join(where, 'log.jsonl'), (line) => shown.push(line))('a line');

    expect(readFileSync(target, 'utf8')).toBe('kept');
    expect(shown).toEqual([expect.stringContaining("log.jsonl: can't be written")]);
    symlinkSync(directory(), join(where, 'dynamodb'));
    await expect(openDatabase({ directory: where })).rejects.toMatchObject({ code: 'database-unusable' });
  });

  test('is no device, directory or file of another name: only plain files are read and appended to', () => {
    const where = directory();
    mkdirSync(join(where, 'folder'));
    symlinkSync('/dev/null', join(where, 'device'));

    expect(() => appendOwn('/dev/null', 'x')).toThrow('expected a plain file');
    expect(() => appendOwn(join(where, 'folder'), 'x')).toThrow();
    expect(() => readOwn(join(where, 'device'))).toThrow();
  });
});

describe('a planted endpoint.json', () => {
  test.each([
    'http://198.51.100.7:80',
    'https://127.0.0.1:443',
    'http://127.0.0.1.example:80',
    'http://u@127.0.0.1:80',
  ])('that names %s is ignored, and nothing is sent there', async (endpoint) => {
    const where = directory();
    writeFileSync(join(where, 'endpoint.json'), JSON.stringify({ endpoint, pid: 1, identity: 'x' }));

    expect(await opened(where)).toMatchObject({ embedded: true, shared: false });
  });

  test('that names a program on this machine gets requests without credentials of the caller', async () => {
    const where = directory();
    const program = createServer((_, response) => response.setHeader('x-tickover-database', 'x').end());
    await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
    endings.push(() => program.close());
    const endpoint = `http://127.0.0.1:${(program.address() as AddressInfo).port}`;
    writeFileSync(join(where, 'endpoint.json'), JSON.stringify({ endpoint, pid: 1, identity: 'x' }));
    const caller = {
      AWS_ACCESS_KEY_ID: 'AKIAREAL',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      AWS_PROFILE: 'p',
    };

    expect(await opened(where)).toMatchObject({ endpoint, shared: true });
    // Only Tickover's own client uses that endpoint. The caller's clients keep their credentials and endpoints.
    const env = environmentOf({ endpoint, embedded: false, shared: true }, caller);
    expect(env).toMatchObject({ ...caller, TICKOVER_DATABASE: endpoint });
    expect(env['AWS_ENDPOINT_URL_DYNAMODB']).toBeUndefined();
    for (const made of [clientOf(endpoint, env), documentClient(env['TICKOVER_DATABASE'])]) {
      expect(await made.config.credentials()).toMatchObject({ accessKeyId: 'local', secretAccessKey: 'local' });
      made.destroy();
    }
    expect(withoutCredentials(caller)).toEqual({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    expect(existsSync(join(where, 'dynamodb'))).toBe(false);
  });
});
