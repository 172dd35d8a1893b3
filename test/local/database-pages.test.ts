/** The embedded database as a web page finds it that a browser on the same machine has open. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../lib/local/index.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function opened(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'tickover-pages-'));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
  const database = await openDatabase({ directory: join(directory, 'data') });
  endings.push(() => database.close());
  return database;
}

const LIST_TABLES = {
  method: 'POST',
  headers: {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    'x-amz-date': '20300101T000000Z',
    authorization: 'AWS4-HMAC-SHA256 Credential=a/20300101/b/dynamodb/aws4_request, SignedHeaders=host, Signature=c',
  },
  body: '{}',
};

test('a page of any origin is refused, and so is its asking beforehand; a program is answered', async () => {
  const { endpoint } = await opened();
  const withOrigin = (origin: string) => ({ ...LIST_TABLES, headers: { ...LIST_TABLES.headers, origin } });

  const program = await fetch(endpoint, LIST_TABLES);
  const page = await fetch(endpoint, withOrigin('https://example.test'));
  const sandboxed = await fetch(endpoint, withOrigin('null'));
  const preflight = await fetch(endpoint, { method: 'OPTIONS', headers: { origin: 'https://example.test' } });

  expect([program.status, await program.json()]).toEqual([200, { TableNames: [] }]);
  expect([page.status, sandboxed.status, preflight.status]).toEqual([403, 403, 403]);
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
});
