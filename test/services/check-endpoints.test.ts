/** check-endpoints against real servers on this machine. */
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { runWorkload } from '../../lib/run/run-workload.ts';
import { type Classification, HttpStatusError, type RunContext, RunTimedOutError } from '../../lib/service/index.ts';
import { checkEndpoints, type EndpointResult } from '../../lib/services/check-endpoints.ts';
import { endpointsIn } from '../../lib/services/check-endpoints-settings.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { errorClassOf } from '../../lib/text/index.ts';
import { systemClock } from '../../lib/time/index.ts';
import { eventually } from '../support/eventually.ts';
import { keptLog } from '../support/loop-kit.ts';
import { closedPort, httpServer, type Listening, rawServer } from '../support/raw-server.ts';

const running: Listening[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** The address of a server that answers so. */
async function serving(onRequest: RequestListener): Promise<string> {
  const server = await httpServer(onRequest);
  running.push(server);
  return `http://127.0.0.1:${server.port}`;
}

/** A server that answers each path `/NNN` with that status. */
function byPath(): Promise<string> {
  return serving((request, response) => response.writeHead(Number(request.url?.slice(1, 4))).end('body'));
}

interface Ran {
  readonly results: readonly EndpointResult[];
  readonly error?: AggregateError;
  readonly classification?: Classification;
  readonly lines: readonly (readonly [string, string, unknown])[];
}

/** One run of the service with these endpoints configured. */
async function run(
  configured: unknown,
  signal = new AbortController().signal,
  surrounding: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const lines: [string, string, unknown][] = [];
  const line = (level: string) => (message: string, fields?: unknown) => void lines.push([level, message, fields]);
  const env = configured === undefined ? {} : { ...surrounding, TICKOVER_ENDPOINTS: JSON.stringify(configured) };
  const context: RunContext = {
    service: checkEndpoints.name,
    signal,
    deadline: Number.MAX_SAFE_INTEGER,
    fence: 1,
    clock: systemClock,
    random: scriptedRandom(),
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    saveCursor: () => {},
    assertOwned: async () => {},
    prepared: checkEndpoints.prepare({ env, secrets: {} }),
    secrets: {},
  };
  const [settled] = await Promise.allSettled([checkEndpoints.workload(context)]);
  if (settled.status === 'fulfilled') return { results: settled.value as EndpointResult[], lines };
  const error = settled.reason as AggregateError & { results: EndpointResult[] };
  return { results: error.results, error, classification: checkEndpoints.classify(error), lines };
}

describe('the service', () => {
  it('is critical, trips four times before it halts, and never halts on a fatal error', () => {
    expect(checkEndpoints.name).toBe('check-endpoints');
    expect(checkEndpoints.policy).toMatchObject({
      kind: 'critical',
      interval: 60_000,
      backoff: 4,
      onFatal: 'continue',
    });
    expect(checkEndpoints.maxDuration).toBe(45_000);
  });

  it.each([[undefined], [[]]])('the service reports and succeeds with nothing configured: %j', async (configured) => {
    const { results, error, lines } = await run(configured);

    expect(error).toBeUndefined();
    expect(results).toEqual([]);
    expect(lines).toEqual([['info', 'No endpoints are configured; set TICKOVER_ENDPOINTS.', undefined]]);
  });
});

describe('endpoints that answer as expected', () => {
  it('give a result each, in the order configured, and no line', async () => {
    const base = await byPath();

    const { results, error, lines } = await run([
      { url: `${base}/200` },
      { url: `${base}/204?token=abc`, method: 'HEAD' },
      { url: `${base}/404`, expectedStatus: 404 },
      { url: `${base}/503`, expectedStatus: [200, 503] },
    ]);

    expect(error).toBeUndefined();
    expect(results).toEqual([
      { url: `${base}/200`, ok: true, status: 200, durationMs: expect.any(Number) },
      { url: `${base}/204?token=***`, ok: true, status: 204, durationMs: expect.any(Number) },
      { url: `${base}/404`, ok: true, status: 404, durationMs: expect.any(Number) },
      { url: `${base}/503`, ok: true, status: 503, durationMs: expect.any(Number) },
    ]);
    expect(lines).toEqual([]);
  });

  it('are asked with the method, and with user and password as a header', async () => {
    const asked: (string | undefined)[][] = [];
    const base = await serving((request, response) => {
      asked.push([request.method, request.url, request.headers.authorization]);
      response.end();
    });

    const { results } = await run([{ url: base.replace('://', '://me:p%40ss@').concat('/x'), method: 'POST' }]);

    expect(asked).toEqual([['POST', '/x', 'Basic bWU6cEBzcw==']]);
    expect(results).toMatchObject([{ url: `${base.replace('://', '://***@')}/x`, ok: true }]);
  });

  it('are asked where they redirect to, unless the redirect is what is expected', async () => {
    const base = await serving((request, response) => {
      if (request.url === '/old') response.writeHead(301, { location: '/new' }).end();
      else response.writeHead(request.url === '/new' ? 200 : 302, { location: '/circle' }).end();
    });

    const { results } = await run([
      { url: `${base}/old` },
      { url: `${base}/old`, expectedStatus: [301, 308] },
      { url: `${base}/circle` },
    ]);

    expect(results).toMatchObject([
      { ok: true, status: 200 },
      { ok: true, status: 301 },
      { ok: false, error: `GET ${base}/circle: redirected more than 20 times` },
    ]);
  });
});

describe('endpoints that fail', () => {
  it('are listed in one AggregateError, after every other was asked too', async () => {
    const base = await byPath();
    const closed = `http://127.0.0.1:${await closedPort()}/`;

    const { results, error, lines } = await run([
      { url: `${base}/503` },
      { url: `${base}/200` },
      { url: closed },
      { url: `${base}/204`, expectedStatus: 200 },
      { url: `${base}/201`, expectedStatus: [200, 204] },
    ]);

    const messages = [
      `GET ${base}/503 answered 503, expected 2xx`,
      `GET ${closed}: connect ECONNREFUSED ${closed.slice(7, -1)}`,
      `GET ${base}/204 answered 204, expected 200`,
      `GET ${base}/201 answered 201, expected 200 or 204`,
    ];
    expect(error).toBeInstanceOf(AggregateError);
    expect(error?.message).toBe(`4 of 5 endpoints failed: ${messages.join('; ')}`);
    expect(error?.errors.map((single: Error) => single.message)).toEqual(messages);
    expect(error?.errors.map(errorClassOf)).toEqual([
      'HttpStatusError',
      'ECONNREFUSED',
      'HttpStatusError',
      'HttpStatusError',
    ]);
    expect(error?.errors[2]).toBeInstanceOf(HttpStatusError);
    expect(results.map(({ ok, status }) => [ok, status])).toEqual([
      [false, 503],
      [true, 200],
      [false, undefined],
      [false, 204],
      [false, 201],
    ]);
    expect(lines).toEqual([
      [
        'warn',
        'endpoint failed',
        { url: `${base}/503`, status: 503, durationMs: expect.any(Number), error: messages[0] },
      ],
      ['warn', 'endpoint failed', { url: closed, durationMs: expect.any(Number), error: messages[1] }],
      [
        'warn',
        'endpoint failed',
        { url: `${base}/204`, status: 204, durationMs: expect.any(Number), error: messages[2] },
      ],
      [
        'warn',
        'endpoint failed',
        { url: `${base}/201`, status: 201, durationMs: expect.any(Number), error: messages[3] },
      ],
    ]);
  });

  it('are transient only together', async () => {
    const base = await byPath();
    const closed = `http://127.0.0.1:${await closedPort()}/`;

    const down = await run([{ url: `${base}/503` }, { url: closed }]);
    const misconfigured = await run([{ url: `${base}/404` }, { url: closed }]);

    expect([down.classification, misconfigured.classification]).toEqual([{ kind: 'failed' }, { kind: 'fatal' }]);
  });

  it('show no password', async () => {
    const closed = `http://me:hunter2@127.0.0.1:${await closedPort()}/?api_key=abc`;

    const ran = await run([{ url: closed }]);

    expect(ran.error?.message).toMatch(
      /^1 of 1 endpoints failed: GET http:\/\/\*\*\*@127\.0\.0\.1:\d+\/\?api_key=\*\*\*: connect ECONNREFUSED/,
    );
    expect(JSON.stringify([ran.results, ran.lines])).not.toMatch(/hunter2|abc/);
  });

  it('are those that lead where credentials are handed out, which is no fault to wait for', async () => {
    const location = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/';
    const base = await serving((_, response) => response.writeHead(302, { location }).end());

    const { results, classification } = await run([{ url: base }]);

    expect(results).toMatchObject([
      {
        ok: false,
        error: `GET ${base}: RefusedAddressError: 169.254.169.254 is link-local or a cloud's metadata service; nothing was sent there (an endpoint's allowAddresses may let it)`,
      },
    ]);
    expect(classification).toEqual({ kind: 'fatal' });
  });

  it("are, in Lambda, those on the function's own machine, unless the endpoint allows it", async () => {
    const inLambda = { AWS_LAMBDA_FUNCTION_NAME: 'check-endpoints' };
    const base = (await byPath()).replace('127.0.0.1', 'localhost');
    const url = `${base}/200`;

    const { results } = await run([{ url }], undefined, inLambda);
    const allowed = await run([{ url, allowAddresses: ['127.0.0.1', '::1'] }], undefined, inLambda);

    expect(results).toMatchObject([{ ok: false, error: expect.stringMatching(/localhost is at .* own machine;/) }]);
    expect(allowed.results).toMatchObject([{ ok: true, status: 200 }]);
  });

  it('endpoints that hang are given up after their own time-out, while the others are asked', async () => {
    const silent = await rawServer(() => {});
    running.push(silent);
    const base = await byPath();
    const hanging = `http://127.0.0.1:${silent.port}/`;

    const { results, error, classification } = await run([{ url: hanging, timeout: '100ms' }, { url: `${base}/200` }]);

    expect(error?.message).toBe(`1 of 2 endpoints failed: GET ${hanging}: TimeoutError: no answer within 0.1 s`);
    expect(results.map(({ ok }) => ok)).toEqual([false, true]);
    expect(classification).toEqual({ kind: 'failed' });
  });

  it('are those that switch to another protocol, while the others are asked', async () => {
    const switching = await rawServer((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      );
    });
    running.push(switching);
    const base = await byPath();
    const url = `http://127.0.0.1:${switching.port}/`;

    const { results } = await run([{ url }, { url: `${base}/200` }]);

    expect(results).toMatchObject([
      { ok: false, status: 101, error: `GET ${url} answered 101, expected 2xx` },
      { ok: true, status: 200 },
    ]);
  });

  it('are reported as they stand when the run is out of time, and those not asked by then as not asked', async () => {
    const asked: IncomingMessage[] = [];
    const out = new AbortController();
    const base = await serving((request, response) => {
      asked.push(request);
      if (request.url === '/well') response.end();
      if (asked.length === 6) out.abort(new RunTimedOutError('out of time'));
    });
    const paths = ['well', '1', '2', '3', '4', '5', 'later', 'last'];

    const { results, error, lines } = await run(
      paths.map((path) => ({ url: `${base}/${path}` })),
      out.signal,
    );

    const ended = ['1', '2', '3', '4', '5'].map((path) => `GET ${base}/${path}: RunTimedOutError: out of time`);
    const notAsked = ['later', 'last'].map((path) => `GET ${base}/${path}: not asked before the run ended`);
    expect(asked).toHaveLength(6);
    expect(results.map(({ ok, error }) => [ok, error])).toEqual([
      [true, undefined],
      ...[...ended, ...notAsked].map((error) => [false, error]),
    ]);
    expect(error?.message).toBe(`5 of 8 endpoints failed, 2 not asked: ${[...ended, ...notAsked].join('; ')}`);
    expect(error?.errors.map((single: Error) => single.message)).toEqual([...ended, ...notAsked]);
    expect(lines.map(([level, message]) => [level, message])).toEqual([
      ...ended.map(() => ['warn', 'endpoint failed']),
      ...notAsked.map(() => ['warn', 'endpoint not asked']),
    ]);
  });

  it('leave what was seen as the cause of the timed-out outcome when the run is out of time', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    let asked = 0;
    const base = await serving((request, response) => {
      asked += 1;
      if (request.url === '/503') response.writeHead(503).end();
    });
    const endpoints = [{ url: `${base}/503` }, { url: `${base}/hangs`, timeout: '45s' }];

    const ending = runWorkload(checkEndpoints, {
      clock,
      random: scriptedRandom(),
      log: keptLog(),
      signalAt: 30_000,
      fence: 1,
      prepared: () => checkEndpoints.prepare({ env: { TICKOVER_ENDPOINTS: JSON.stringify(endpoints) }, secrets: {} }),
    });
    // Asleep are three once both are asked, the run's deadline and two endpoints' time-outs, until one of these has
    // answered.
    await eventually(() => (asked === 2 && clock.sleeping === 2 ? true : undefined));
    await clock.advance(30_000);
    const { outcome, error } = await ending;

    expect(outcome?.kind).toBe('timed-out');
    expect(error).toMatchObject({
      cause: { message: expect.stringMatching(/^2 of 2 endpoints failed: GET .*\/503 answered 503/) },
    });
  });
});

describe('many endpoints', () => {
  it('are asked five at once, never more', async () => {
    const held: ServerResponse[] = [];
    let asked = 0;
    let most = 0;
    const base = await serving((_, response) => {
      asked += 1;
      most = Math.max(most, held.push(response));
      // Held for a moment longer than it takes a sixth to come; the last three are fewer than five.
      if (held.length === 5 || asked === 23) setTimeout(() => held.splice(0).map((each) => each.end()), 50);
    });

    const { results } = await run(Array.from({ length: 23 }, (_, index) => ({ url: `${base}/${index}` })));

    expect(most).toBe(5);
    expect(asked).toBe(23);
    expect(results.map(({ url, ok }) => [url, ok])).toEqual(
      Array.from({ length: 23 }, (_, index) => [`${base}/${index}`, true]),
    );
  });

  it('leave no connection open on an endless body', async () => {
    const closing: Promise<unknown>[] = [];
    const base = await serving((request, response) => {
      closing.push(once(request.socket, 'close'));
      response.writeHead(200);
      response.write('the first of many');
    });

    const { results } = await run([{ url: `${base}/a` }, { url: `${base}/b` }]);
    await Promise.all(closing);

    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(closing).toHaveLength(2);
  });
});

describe('the settings', () => {
  const URL = 'http://example.test/';

  /** What is refused of this text. */
  function faultsOf(text: string): readonly string[] {
    try {
      endpointsIn({ TICKOVER_ENDPOINTS: text });
    } catch (error) {
      if (error instanceof InvalidOptionsError) return error.faults;
      throw error;
    }
    throw new Error('expected it to be refused');
  }

  it('fill in what is left out', () => {
    const text = JSON.stringify([
      { url: URL },
      { url: URL, method: 'HEAD', timeout: '2s', expectedStatus: 204 },
      { url: URL, timeoutMs: 500, expectedStatus: [200, 301] },
    ]);

    expect(endpointsIn({ TICKOVER_ENDPOINTS: text })).toEqual([
      { url: URL, method: 'GET', timeout: 10_000 },
      { url: URL, method: 'HEAD', timeout: 2_000, expectedStatus: [204] },
      { url: URL, method: 'GET', timeout: 500, expectedStatus: [200, 301] },
    ]);
    expect([endpointsIn({}), endpointsIn({ TICKOVER_ENDPOINTS: ' ' })]).toEqual([[], []]);
  });

  it('are refused with every field at fault, what was expected and what came', () => {
    const text = JSON.stringify([
      { url: 'ftp://example.test/' },
      { method: 'get' },
      { url: URL, timeout: '5', expectedStatus: [200, 99] },
      { url: URL, timeoutMs: 0, expectedStatus: [] },
      { url: URL, timeout: '1s', timeoutMs: 1_000 },
      { url: URL, expectedStatus: 'ok', timeOut: 3 },
      'http://example.test/',
    ]);

    expect(faultsOf(text)).toEqual([
      "TICKOVER_ENDPOINTS[0].url: expected a URL of http or https, got 'ftp://example.test/'",
      'TICKOVER_ENDPOINTS[1].url: expected a URL of http or https, got nothing',
      "TICKOVER_ENDPOINTS[1].method: expected one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, got 'get'",
      "TICKOVER_ENDPOINTS[2].timeout: expected a duration above 0 and up to 45 s, such as '10s', got '5' (write '5s' or '5ms')",
      'TICKOVER_ENDPOINTS[2].expectedStatus[1]: expected a status from 200 to 599, or a list of them, got 99',
      'TICKOVER_ENDPOINTS[3].timeoutMs: expected milliseconds above 0 and up to 45000, got 0',
      'TICKOVER_ENDPOINTS[3].expectedStatus: expected a status from 200 to 599, or a list of them, got []',
      'TICKOVER_ENDPOINTS[4]: expected timeout or timeoutMs, not both, got {"url":"http://example.test/","timeout":"1s","timeoutMs":1000}',
      "TICKOVER_ENDPOINTS[5].expectedStatus: expected a status from 200 to 599, or a list of them, got 'ok'",
      'TICKOVER_ENDPOINTS[5]: expected only url, method, timeout, timeoutMs, expectedStatus, allowAddresses, got timeOut',
      "TICKOVER_ENDPOINTS[6]: expected an object with a url, got 'http://example.test/'",
    ]);
  });

  it('give an endpoint no longer than a run may last', () => {
    const longest = JSON.stringify([
      { url: URL, timeout: '45s' },
      { url: URL, timeoutMs: 45_000 },
    ]);
    const longer = JSON.stringify([
      { url: URL, timeout: '46s' },
      { url: URL, timeoutMs: 45_001 },
    ]);

    expect(endpointsIn({ TICKOVER_ENDPOINTS: longest }).map(({ timeout }) => timeout)).toEqual([45_000, 45_000]);
    expect(faultsOf(longer)).toEqual([
      "TICKOVER_ENDPOINTS[0].timeout: expected a duration above 0 and up to 45 s, such as '10s', got '46s'",
      'TICKOVER_ENDPOINTS[1].timeoutMs: expected milliseconds above 0 and up to 45000, got 45001',
    ]);
  });

  it('are refused if they are no list or no JSON, and show no password', () => {
    expect(faultsOf('{"url":1}')).toEqual(['TICKOVER_ENDPOINTS: expected a JSON array of endpoints, got {"url":1}']);
    expect(faultsOf('http://me:hunter2@example.test')).toEqual([
      "TICKOVER_ENDPOINTS: expected a JSON array of endpoints, got 'http://***@example.test'",
    ]);
  });

  it('settings that are refused are reported by the run that needs them', () => {
    expect(() => checkEndpoints.prepare({ env: { TICKOVER_ENDPOINTS: '7' }, secrets: {} })).toThrow(
      'check-endpoints: TICKOVER_ENDPOINTS: expected a JSON array of endpoints, got 7',
    );
  });
});
