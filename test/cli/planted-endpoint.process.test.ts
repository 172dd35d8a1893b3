/**
 * A file that somebody planted in the directory names a program on this machine as the database. Every command uses it,
 * as it would use another `npm start`, and none of the caller's credentials gets there.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ROOT, startScript } from '../support/process.ts';

const IN_VARIABLES = {
  AWS_ACCESS_KEY_ID: 'AKIAQ7REALVARIABLE01',
  AWS_SECRET_ACCESS_KEY: 'realSecretOfTheVariables+abcdefghijklmno',
  AWS_SESSION_TOKEN: 'realTokenOfTheVariables',
  AWS_CREDENTIAL_SCOPE: 'realScope',
  AWS_ACCOUNT_ID: '444455556666',
};
const IN_FILE = ['AKIAQ7REALFILEKEY001', 'realSecretOfTheFile+abcdefghijklmnopqrst', 'realTokenOfTheFile'];
const REAL = [...Object.values(IN_VARIABLES), ...IN_FILE];

let directory: string;
let server: Server;
let endpoint: string;
/** Each request as it came: its line, its heads and its body. */
let requests: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-planted-'));
  requests = [];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push([request.method, request.url, ...request.rawHeaders, Buffer.concat(parts).toString()].join('\n'));
      response.setHeader('x-tickover-database', 'planted').setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify({ Table: { TableStatus: 'ACTIVE' }, Items: [], Responses: {} }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(join(directory, 'endpoint.json'), JSON.stringify({ endpoint, pid: 1, identity: 'planted' }));
  const [keyId, secret, token] = IN_FILE;
  const profile = [
    '[mine]',
    `aws_access_key_id=${keyId}`,
    `aws_secret_access_key=${secret}`,
    `aws_session_token=${token}`,
  ];
  await writeFile(join(directory, 'credentials'), [...profile, '[default]', ...profile.slice(1)].join('\n'));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

const SIGNED = /\nauthorization\nAWS4-HMAC-SHA256 Credential=local\//i;

/** Runs the command until the program has got signed requests of it, or to its end. */
async function run(file: string, words: readonly string[], variables: Record<string, string>): Promise<void> {
  const started = startScript(file, ['--directory', directory, ...words], {
    AWS_CONFIG_FILE: join(directory, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  });
  try {
    await (file.endsWith('start.ts')
      ? eventually(() => requests.some((request) => request.includes('DynamoDB_20120810.UpdateItem')) || undefined)
      : new Promise((resolve) => started.child.once('close', resolve)));
  } finally {
    await started.end('SIGKILL');
  }
}

describe.each([
  ['variables', IN_VARIABLES],
  ['a profile', { AWS_PROFILE: 'mine' }],
] as const)('A caller whose credentials are in %s', (_, variables) => {
  test.each([
    ['start.ts', []],
    ['invoke.ts', ['mark-late-runs']],
    ['invoke.ts', ['mark-late-runs', 'status']],
    ['invoke.ts', ['check-endpoints']],
    ['repair.ts', ['mark-late-runs', '--yes']],
    ['flow-runs.ts', ['list']],
    ['flow-runs.ts', ['import', join(ROOT, 'samples/flow-runs.json')]],
  ] as const)('shows none of them to the program by %s %j', async (file, words) => {
    await run(`lib/cli/${file}`, words, variables);

    expect(requests.some((request) => SIGNED.test(request))).toBe(true);
    for (const real of REAL) expect(requests.filter((request) => request.includes(real))).toEqual([]);
    expect(await readFile(join(directory, 'endpoint.json'), 'utf8')).toContain(endpoint);
  });
});
