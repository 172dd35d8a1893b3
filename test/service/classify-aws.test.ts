/** What the AWS SDK really throws: its own client, against a server that answers as DynamoDB would. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { classifyCritical, classifyTolerant } from '../../lib/service/classify.ts';
import { errorClassOf } from '../../lib/text/index.ts';
import { closedPort, httpServer, type Listening, rawServer } from '../support/raw-server.ts';
import { SEED } from '../support/seed.ts';

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

/** The SDK's own judgement of an error, from the version that is installed. */
interface SdkJudgement {
  readonly isThrottlingError: (error: unknown) => boolean;
  readonly isTransientError: (error: unknown) => boolean;
  readonly isServerError: (error: unknown) => boolean;
}

function sdkJudgement(): SdkJudgement {
  const client = createRequire(import.meta.url).resolve('@aws-sdk/client-dynamodb');
  return createRequire(client)('@smithy/core/retry') as SdkJudgement;
}

function failure(fields: object, cause?: unknown): Error {
  return Object.assign(new Error('no', cause === undefined ? {} : { cause }), fields);
}

/** An error of a client, whose status says nothing of a later time. */
function refusal(cause: unknown, fields: object = {}): Error {
  return failure({ name: 'ValidationException', $metadata: { httpStatusCode: 400 }, ...fields }, cause);
}

describe("an error of a client with a cause that the SDK's retries follow", () => {
  const reset = failure({ code: 'ECONNRESET' });

  it.each([
    ['a code of the network', refusal(reset)],
    ['a code of the network further behind', refusal(new Error('a', { cause: new Error('b', { cause: reset }) }))],
    ['a code of the network behind another code', refusal(failure({ code: 'ERR_NEW' }, reset))],
    ['a code of the network behind another refusal', refusal(refusal(reset))],
    ['a time-out', refusal(failure({ name: 'TimeoutError' }))],
    ['throttling', refusal(failure({ name: 'ThrottlingException' }))],
    ['a failure of the server', refusal(failure({ $metadata: { httpStatusCode: 503 } }))],
    ['a mark', refusal(failure({ $retryable: {} }))],
    ['a clock that was corrected', refusal(failure({ $metadata: { clockSkewCorrected: true } }))],
    ['an object that is no error', refusal({ code: 'ETIMEDOUT' })],
    ['an AggregateError of failures', refusal(new AggregateError([reset, failure({ code: 'EPIPE' })]))],
    ["a browser's failure of the network", refusal(new TypeError('Failed to fetch'))],
    ['no status, but a code', failure({ code: 'ERR_NEW', $metadata: { attempts: 1 } }, reset)],
    ['the reason of an abort', refusal(failure({ name: 'AbortError' }, reset))],
    ['a wrapper of ours', new Error('no rows', { cause: refusal(reset) })],
  ])('is transient: %s', (_cause, error) => {
    expect(classifyCritical(error)).toEqual({ kind: 'failed' });
    expect(classifyTolerant(error)).toEqual({ kind: 'failed' });
  });

  it.each([
    ['nothing behind it', refusal(undefined)],
    ['a mistake behind it', refusal(new TypeError('x is not a function'))],
    ['an abort without a reason behind it', refusal(failure({ name: 'AbortError' }))],
    ['a missing permission behind it', refusal(failure({ name: 'AccessDeniedException' }))],
    ['a text behind it', refusal('ECONNRESET')],
    ['a transaction with a lasting reason', refusal(reset, { name: 'TransactionCanceledException' })],
    ['the status of a client of another kind', failure({ statusCode: 400 }, reset)],
  ])('is fatal with %s', (_cause, error) => {
    expect(classifyCritical(error)).toEqual({ kind: 'fatal' });
  });

  it('is followed as far as the SDK follows it', () => {
    const { isTransientError } = sdkJudgement();
    const behind = (links: number) => {
      let error: Error = reset;
      for (let link = 1; link < links; link += 1) error = failure({ code: 'ERR_NEW' }, error);
      return refusal(error);
    };

    expect([11, 12].map((links) => isTransientError(behind(links)))).toEqual([true, false]);
    expect([11, 12].map((links) => classifyCritical(behind(links)).kind)).toEqual(['failed', 'fatal']);
  });

  it('ends on a circle', () => {
    const circle = refusal(undefined);
    circle.cause = circle;

    expect(classifyCritical(circle)).toEqual({ kind: 'fatal' });
  });
});

describe("whatever the SDK's own functions call retryable", () => {
  const name = fc.constantFrom(
    ...['Error', 'ValidationException', 'ThrottlingException', 'TimeoutError', 'InvalidSignatureException'],
    ...['AbortError', 'AccessDeniedException', 'RequestTimeout', 'SlowDown', 'TypeError'],
  );
  const code = fc.constantFrom(undefined, 'ECONNRESET', 'EHOSTUNREACH', 'ERR_NEW', 'ERR_HTTP2_STREAM_ERROR');
  const message = fc.constantFrom(
    'no',
    'Failed to fetch',
    'Signature expired: x',
    'NGHTTP2_REFUSED_STREAM',
    'Load failed',
  );
  const metadata = fc.record({
    httpStatusCode: fc.constantFrom(undefined, 400, 403, 404, 429, 500, 503, 505),
    clockSkewCorrected: fc.constantFrom(undefined, true),
    attempts: fc.constant(1),
  });
  const retryable = fc.constantFrom(undefined, undefined, undefined, {}, { throttling: true }, null);
  const link = fc.record({
    name,
    code,
    message,
    $metadata: metadata,
    $retryable: retryable,
    isTypeError: fc.boolean(),
  });

  it('is transient', () => {
    const { isServerError, isThrottlingError, isTransientError } = sdkJudgement();
    const chain = fc.array(link, { minLength: 1, maxLength: 4 }).map((links) => {
      let cause: Error | undefined;
      for (const { isTypeError, message, name, ...fields } of links) {
        const options = cause === undefined ? {} : { cause };
        const error = isTypeError ? new TypeError(message, options) : new Error(message, options);
        cause = Object.assign(error, isTypeError ? fields : { name, ...fields });
      }
      return cause;
    });

    fc.assert(
      fc.property(chain, (error) => {
        fc.pre([isTransientError, isThrottlingError, isServerError].some((judge) => judge(error)));
        expect(classifyCritical(error), JSON.stringify([error?.name, error, error?.cause])).toEqual({ kind: 'failed' });
      }),
      { seed: SEED, numRuns: 1_000 },
    );
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
