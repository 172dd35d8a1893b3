/**
 * DynamoDB is away: taking the lease gives up in time, whatever the outage, and the client is one that few attempts and
 * short time-outs make.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunRecord } from '../../lib/rules/index.ts';
import { documentClient, dynamoStateStore, dynamoStatesReader } from '../../lib/store/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import type { StateStore } from '../../lib/tick/index.ts';
import { TABLE } from '../support/dynalite.ts';
import { eventually } from '../support/eventually.ts';
import { httpServer, type Listening, rawServer } from '../support/raw-server.ts';
import { DUE, MINUTE } from '../support/tick-kit.ts';

const open: Listening[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of open.splice(0)) await one.close();
});

const TICK = { kind: 'scheduled', scheduledFor: DUE } as const;
const ASKED = { service: 'svc', tick: TICK, now: DUE, build: 'b1', owner: 'ours', leaseUntil: DUE + MINUTE };

/** The store as a function has it, on what listens there, and a clock that a test moves. */
function storeOn(server: Listening) {
  open.push(server);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${server.port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const clock = fakeClock(DUE, { mode: 'manual' });
  return { clock, store: dynamoStateStore(documentClient(), TABLE, clock) };
}

/** What the body of a request says it wants. */
const RELEASES = /REMOVE #leaseOwner/;

describe('Taking the lease', () => {
  it('is given up after 2.9 s when nothing answers, and giving it back after 0.9 s more: the tick has cost less than 4 s', async () => {
    const asked: string[] = [];
    const { clock, store } = storeOn(
      await rawServer((socket) => void socket.on('data', (data) => asked.push(String(data)))),
    );
    const acquired = store.acquire(ASKED);
    acquired.catch(() => {});
    await eventually(() => asked.find((text) => text.includes('leaseUntil')));

    await clock.advance(2_900);
    await eventually(() => asked.find((text) => RELEASES.test(text)));
    await clock.advance(900);

    await expect(acquired).rejects.toMatchObject({
      code: 'store-failed',
      message: 'svc: taking the lease failed (TimeoutError: no answer within 2.9 s); the tick did not run',
    });
    expect(clock.sleeps).toEqual([2_900, 900]);
  });

  it('is given up after 2.9 s also when an answer begins and never ends', async () => {
    let begun = 0;
    const { clock, store } = storeOn(
      await httpServer((_request, response) => {
        begun += 1;
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '1000' });
        const drip = setInterval(() => response.write(' '), 50);
        response.once('close', () => clearInterval(drip));
      }),
    );
    const acquired = store.acquire(ASKED);
    acquired.catch(() => {});
    await eventually(() => (begun === 1 ? true : undefined));

    await clock.advance(2_900);
    await eventually(() => (begun === 2 ? true : undefined));
    await clock.advance(900);

    await expect(acquired).rejects.toMatchObject({ code: 'store-failed', cause: { code: 'time-up' } });
  });

  it('fails by itself after three attempts, where each is answered with an error, and so does giving back', async () => {
    const wanted: string[] = [];
    const { clock, store } = storeOn(
      await httpServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += String(chunk);
        });
        request.on('end', () => {
          wanted.push(RELEASES.test(body) ? 'give back' : 'take');
          response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
          response.end('{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"away"}');
        });
      }),
    );

    await expect(store.acquire(ASKED)).rejects.toMatchObject({
      message: 'svc: taking the lease failed (InternalServerError: away); the tick did not run',
    });

    expect(wanted).toEqual(['take', 'take', 'take', 'give back', 'give back', 'give back']);
    expect(clock.sleeping).toBe(0);
  });
});

describe('Every other work on the store', () => {
  const RUN = {
    service: 'svc',
    fence: 1,
    at: DUE,
    manual: false,
    outcome: 'failed',
    startedAt: DUE,
    durationMs: 1,
    build: 'b',
  };
  const works: [string, (store: StateStore) => Promise<unknown>][] = [
    ['reading the state', (store) => store.read('svc')],
    ['pausing', (store) => store.pause('svc', { at: DUE, reason: 'moving', by: 'ada' })],
    ['resuming', (store) => store.resume('svc')],
    ['writing a run record', (store) => store.putRun(RUN as RunRecord)],
    ['reading the failed runs', (store) => store.failedRuns('svc', { after: 0, limit: 1 })],
  ];

  it.each(works)('is given up after 8.7 s when an answer begins and never ends: %s', async (what, work) => {
    let begun = 0;
    const { clock, store } = storeOn(
      await httpServer((_request, response) => {
        begun += 1;
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '1000' });
        const drip = setInterval(() => response.write(' '), 50);
        response.once('close', () => clearInterval(drip));
      }),
    );
    const working = work(store);
    working.catch(() => {});
    await eventually(() => (begun === 1 ? true : undefined));

    await clock.advance(8_700);

    await expect(working).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining(`${what} failed (TimeoutError: no answer within 8.7 s)`),
    });
  });

  it('is given up at once when its caller says so: releasing the lease', async () => {
    let asked = 0;
    const { store } = storeOn(
      await httpServer((_request, response) => {
        asked += 1;
        response.writeHead(503, { 'retry-after': '3600' }).end();
      }),
    );
    const over = new AbortController();
    const released = store.release({ service: 'svc', owner: 'ours', fence: 1, epoch: 0 }, over.signal);
    released.catch(() => {});
    await eventually(() => (asked === 1 ? true : undefined));

    over.abort(new Error('the time is up'));

    await expect(released).rejects.toMatchObject({ cause: { message: 'the time is up' } });
  });

  it('reading the states of many services ends with the signal, though the server asks to wait for an hour', async () => {
    let asked = 0;
    storeOn(
      await httpServer((_request, response) => {
        asked += 1;
        response.writeHead(503, { 'retry-after': '3600' }).end();
      }),
    );
    const over = new AbortController();
    const waits = { clock: fakeClock(0), random: scriptedRandom(), signal: over.signal };
    const read = dynamoStatesReader(documentClient(), TABLE, 'watch').read(['svc'], waits);
    read.catch(() => {});
    await eventually(() => (asked === 1 ? true : undefined));

    over.abort(new Error('the time is up'));

    await expect(read).rejects.toMatchObject({ cause: { message: 'the time is up' } });
  });
});

describe('The client', () => {
  it('waits 0.5 s for a connection, 0.9 s for an answer and as long for its next byte, and tries three times', async () => {
    storeOn(await rawServer(() => {}));
    const { config } = documentClient();
    const handler = config.requestHandler as unknown as {
      handle(request: unknown, options: { abortSignal: AbortSignal }): Promise<unknown>;
      httpHandlerConfigs(): object;
    };
    // The handler tells its settings once it has read them, which it does at the first request.
    await handler.handle({}, { abortSignal: AbortSignal.abort() }).catch(() => {});

    expect(await config.maxAttempts()).toBe(3);
    expect(handler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 500,
      requestTimeout: 900,
      socketTimeout: 900,
      throwOnRequestTimeout: true,
    });
  });
});
