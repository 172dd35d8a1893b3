/** What the AWS SDK really throws: its own client, against a server that answers as DynamoDB would. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { classifyCritical, classifyTolerant } from '../../lib/service/classify.ts';
import { errorClassOf } from '../../lib/text/index.ts';
import { closedPort, httpServer, type Listening, rawServer } from '../support/raw-server.ts';

const running: Listening[] = [];
const clients: DynamoDBClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

interface Asking {
  readonly config?: DynamoDBClientConfig;
  readonly abortSignal?: AbortSignal;
}

/** What a call of DynamoDB on that port rejects with. */
async function raisedAt(port: number, { config = {}, abortSignal }: Asking = {}): Promise<unknown> {
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
    maxAttempts: 1,
    ...config,
  });
  clients.push(client);
  const [settled] = await Promise.allSettled([
    client.send(new ListTablesCommand({}), abortSignal === undefined ? {} : { abortSignal }),
  ]);
  if (settled.status === 'fulfilled') throw new Error('expected the call to fail');
  return settled.reason;
}

async function answering(status: number, body: string): Promise<number> {
  const server = await httpServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  running.push(server);
  return server.port;
}

async function silent(): Promise<number> {
  const server = await rawServer(() => {});
  running.push(server);
  return server.port;
}

describe('an answer of DynamoDB', () => {
  it.each([
    ['ThrottlingException', 400, 'failed'],
    ['ProvisionedThroughputExceededException', 400, 'failed'],
    ['RequestLimitExceeded', 400, 'failed'],
    ['InternalServerError', 500, 'failed'],
    ['ServiceUnavailable', 503, 'failed'],
    ['ValidationException', 400, 'fatal'],
    ['ResourceNotFoundException', 400, 'fatal'],
    ['UnrecognizedClientException', 400, 'fatal'],
  ])('an answer of %s with status %i is %s', async (type, status, kind) => {
    const port = await answering(status, `{"__type":"com.amazonaws.dynamodb.v20120810#${type}","message":"no"}`);

    const error = await raisedAt(port);

    expect([errorClassOf(error), classifyCritical(error)]).toEqual([type, { kind }]);
    expect(classifyTolerant(error)).toEqual({ kind });
  });

  it('an answer that a proxy gave in its place is judged by its status', async () => {
    expect(classifyCritical(await raisedAt(await answering(503, '<html>')))).toEqual({ kind: 'failed' });
    expect(classifyCritical(await raisedAt(await answering(200, '<html>')))).toEqual({ kind: 'fatal' });
  });
});

describe("the SDK's own lists", () => {
  it('are all known: each of their names is transient, but that of a missing permission', async () => {
    const client = createRequire(import.meta.url).resolve('@aws-sdk/client-dynamodb');
    const retry = createRequire(client).resolve('@smithy/core/retry');
    const file = readFileSync(retry, 'utf8');
    const listed = [...file.matchAll(/const (\w+_ERROR_CODES) = \[(.*?)\]/gs)].flatMap(([, list = '', names = '']) =>
      [...names.matchAll(/"(\w+)"/g)].map(([, name = '']) => [list, name] as const),
    );
    const judged = listed.map(([list, name]) => {
      const fields = list.startsWith('NODEJS') ? { code: name } : { name, $metadata: { httpStatusCode: 400 } };
      return [name, classifyCritical(Object.assign(new Error('no'), fields)).kind];
    });

    expect(new Set(listed.map(([list]) => list)).size).toBe(5);
    expect(judged.filter(([, kind]) => kind === 'fatal')).toEqual([['AccessDeniedException', 'fatal']]);
  });
});

describe('a call of DynamoDB', () => {
  it('a call that is refused is transient', async () => {
    const error = await raisedAt(await closedPort());

    expect([errorClassOf(error), classifyCritical(error)]).toEqual(['ECONNREFUSED', { kind: 'failed' }]);
  });

  it("a call that outlasts the client's own time-out is transient", async () => {
    const config = { requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true } };

    const error = await raisedAt(await silent(), { config });

    expect([errorClassOf(error), classifyCritical(error)]).toEqual(['TimeoutError', { kind: 'failed' }]);
  });

  it('a call that a time-out aborts is fatal, since the client does not show why it was aborted: give it a requestTimeout', async () => {
    const error = await raisedAt(await silent(), { abortSignal: AbortSignal.timeout(50) });

    expect([errorClassOf(error), classifyCritical(error)]).toEqual(['AbortError', { kind: 'fatal' }]);
  });

  it('a call that is aborted for no reason of the network is fatal', async () => {
    const aborting = new AbortController();
    const failing = raisedAt(await silent(), { abortSignal: aborting.signal });
    await delay(20);
    aborting.abort();

    expect(classifyCritical(await failing)).toEqual({ kind: 'fatal' });
  });
});
