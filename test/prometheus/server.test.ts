import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import {
  type MetricsAddress,
  type MetricsServer,
  type MetricsServerOptions,
  metricsServer,
  metricsSettings,
  prometheusObserver,
} from '../../lib/prometheus/index.ts';
import { isMeant } from '../../lib/prometheus/server.ts';
import { rememberingLog, tickEvent } from '../metrics/tick-events.ts';
import { readExposition } from './exposition.ts';

const started: MetricsServer[] = [];
const children: ChildProcess[] = [];
const sockets: Socket[] = [];
const agent = new Agent({ keepAlive: true });

afterEach(async () => {
  agent.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

const PAGE = { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics: async () => 'a page\n' };

function setup(options: Partial<MetricsServerOptions> = {}) {
  const { log, lines } = rememberingLog();
  const server = metricsServer({ enabled: true, host: '127.0.0.1', port: 0, registry: PAGE, log, ...options });
  started.push(server);
  return { server, lines };
}

/** The address of a server that must have started. */
async function begun(server: MetricsServer): Promise<MetricsAddress> {
  const address = await server.start();
  if (address === undefined) throw new Error('the server did not start');
  return address;
}

function fetched({ host, port }: MetricsAddress, path = '/metrics', init: RequestInit = {}): Promise<Response> {
  return fetch(`http://${host}:${port}${path}`, { ...init, headers: { connection: 'close' } });
}

/** How a fresh connection goes: `connected`, or the error's code. */
async function knock({ host, port }: MetricsAddress): Promise<string> {
  const socket = connect(port, host);
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test('GET /metrics answers with the registry in Prometheus text', async () => {
  const observer = prometheusObserver();
  const { server } = setup({ registry: observer.registry });
  observer.tickEnded?.(tickEvent({ outcome: 'succeeded' }));

  const response = await fetched(await begun(server), '/metrics?from=test');

  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const runs = readExposition(await response.text()).get('tickover_runs_total');
  expect(runs?.samples.get('tickover_runs_total{service="sweep",outcome="succeeded"}')).toBe(1);
});

test('any other path is not found, and any other method is not allowed', async () => {
  const { server } = setup();
  const address = await begun(server);

  expect((await fetched(address, '/')).status).toBe(404);
  expect((await fetched(address, '/metrics/x')).status).toBe(404);
  const posted = await fetched(address, '/metrics', { method: 'POST', body: 'x' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  expect((await fetched(address, '/metrics', { method: 'DELETE' })).status).toBe(405);
});

test('a registry that fails costs one scrape, and the server goes on', async () => {
  let fails = true;
  const metrics = async () => {
    if (fails) throw new Error('boom');
    return 'a page\n';
  };
  const { server, lines } = setup({ registry: { ...PAGE, metrics } });
  const address = await begun(server);

  expect((await fetched(address)).status).toBe(500);
  fails = false;
  expect(await (await fetched(address)).text()).toBe('a page\n');
  expect(lines).toContain('error metrics: they could not be collected (Error: boom); this scrape is answered with 500');
});

test('start is idempotent, also when two come at once: one server, one address', async () => {
  const { server, lines } = setup();

  const [first, second] = await Promise.all([server.start(), server.start()]);
  const third = await server.start();

  expect(first).toEqual({ host: '127.0.0.1', port: expect.any(Number) });
  expect([second, third, server.address]).toEqual([first, first, first]);
  expect(lines).toEqual([`info metrics: served at http://127.0.0.1:${first?.port}/metrics`]);
});

test('stop is idempotent, before a start and after, also when two come at once', async () => {
  const { server } = setup();
  await server.stop();
  const address = await begun(server);

  await Promise.all([server.stop(), server.stop()]);
  await server.stop();

  expect(server.address).toBeUndefined();
  expect(await knock(address)).toBe('ECONNREFUSED');
});

test('stop cuts open connections, kept alive, silent or in the middle of a scrape, and the next one is refused', async () => {
  let scrapes = 0;
  const metrics = () => (scrapes++ === 0 ? Promise.resolve('a page\n') : new Promise<string>(() => {}));
  const { server } = setup({ registry: { ...PAGE, metrics } });
  const address = await begun(server);
  const request = get({ ...address, path: '/metrics', agent });
  const [response] = await once(request, 'response');
  await once(response.resume(), 'end');
  const waiting = connect(address.port, address.host, () =>
    waiting.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  );
  const silent = connect(address.port, address.host);
  sockets.push(waiting, silent);
  await once(silent, 'connect');
  await expect.poll(() => scrapes).toBe(2);
  const cut = [request.socket, waiting, silent].map(
    (socket) => new Promise((resolve) => socket?.on('error', () => {}).once('close', () => resolve('cut'))),
  );

  await server.stop();

  expect(await Promise.all(cut)).toEqual(['cut', 'cut', 'cut']);
  expect(await knock(address)).toBe('ECONNREFUSED');
});

test('start after stop serves again, and calls that come together take their turns', async () => {
  const { server } = setup();
  await server.start();
  await server.stop();
  const again = await begun(server);
  expect(await (await fetched(again)).text()).toBe('a page\n');

  const [, first, , last] = await Promise.all([server.stop(), server.start(), server.stop(), server.start()]);
  expect([first, last]).toEqual([
    { host: '127.0.0.1', port: expect.any(Number) },
    { host: '127.0.0.1', port: expect.any(Number) },
  ]);
  expect(server.address).toEqual(last);
  expect(await (await fetched(await begun(server))).text()).toBe('a page\n');
});

test('a disabled start does nothing, and inside Lambda it is disabled whatever is set', async () => {
  const asked = { TICKOVER_METRICS_ENABLED: 'true', TICKOVER_METRICS_PORT: '0' };
  const disabled = setup({ enabled: false });
  const inLambda = setup(metricsSettings({ ...asked, AWS_LAMBDA_FUNCTION_NAME: 'sweep' }));
  const outside = setup(metricsSettings(asked));

  expect([await disabled.server.start(), disabled.server.address, disabled.lines]).toEqual([undefined, undefined, []]);
  expect([await inLambda.server.start(), inLambda.server.address, inLambda.lines]).toEqual([undefined, undefined, []]);
  expect(await knock(await begun(outside.server))).toBe('connected');
});

test('a port in use is one clear error, start resolves, and a later start may succeed', async () => {
  const holder = setup();
  const { port } = await begun(holder.server);
  const { server, lines } = setup({ port });

  expect(await server.start()).toBeUndefined();
  expect(lines).toEqual([`error metrics: port ${port} on 127.0.0.1 is in use; metrics are not served, services go on`]);

  await holder.server.stop();
  expect(await server.start()).toEqual({ host: '127.0.0.1', port });
});

test('a host that is not ours is a clear error too', async () => {
  const { server, lines } = setup({ host: '192.0.2.1' });

  expect(await server.start()).toBeUndefined();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^error metrics: can't listen on port 0 of 192\.0\.2\.1 \(.*EADDRNOTAVAIL.*\); metrics are not served, services go on$/,
  );
});

/** A process of its own that serves metrics until it ends, and the lines that it tells. */
async function servingProcess() {
  const script = fileURLToPath(new URL('./serving-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const ended = once(child, 'close');
  await expect.poll(() => output).toMatch(/^\d+\n/);
  return { child, ended, output: () => output, address: { host: '127.0.0.1', port: Number(output) } };
}

test('it never keeps the process alive: one with nothing else to do ends by itself, serving to the end', async () => {
  const { child, ended, output } = await servingProcess();

  child.stdin.end();

  expect(await ended).toEqual([0, null]);
  expect(output()).toMatch(/served to the end\n$/);
});

test("a connection that a scraper keeps open doesn't keep the process alive either", async () => {
  const { child, ended, output, address } = await servingProcess();
  const [response] = await once(get({ ...address, path: '/metrics', agent }), 'response');
  await once(response.resume(), 'end');
  expect(await knock(address)).toBe('connected');

  child.stdin.end();

  expect(await ended).toEqual([0, null]);
  expect(output()).toMatch(/served to the end\n$/);
});

test.each([
  ['gzip', 'gzip'],
  ['deflate, GZIP;q=0.5', 'gzip'],
  ['br, gzip;q=1.0, *;q=0', 'gzip'],
  ['gzip;q=0', undefined],
  ['gzip; q=0.000, br', undefined],
  ['br', undefined],
  ['x-gzipped', undefined],
  [undefined, undefined],
])('a client that accepts %s gets the page encoded as %s', async (accepted, encoding) => {
  const { server } = setup();
  const { host, port } = await begun(server);
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
  const response = await new Promise<IncomingMessage>((resolve) =>
    get({ host, port, path: '/metrics', headers }, resolve),
  );
  const body = Buffer.concat(await response.toArray());

  expect(response.headers['content-encoding']).toBe(encoding);
  expect(response.headers.vary).toBe('accept-encoding');
  expect((encoding === undefined ? body : gunzipSync(body)).toString()).toBe('a page\n');
});

test('a server on a loopback address refuses every other host: a page whose name was bound to that address has one', async () => {
  const { server } = setup();
  const { host, port } = await begun(server);
  const statusFor = (name: string) =>
    new Promise((resolve, reject) => {
      const headers = { host: name, connection: 'close' };
      get({ host, port, path: '/metrics', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });

  for (const name of ['rebound.example', `rebound.example:${port}`, '127.0.0.1.rebound.example', '10.0.0.1']) {
    expect([name, await statusFor(name)]).toEqual([name, 403]);
  }
  for (const name of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST', `[::1]:${port}`]) {
    expect([name, await statusFor(name)]).toEqual([name, 200]);
  }
});

test.each(['0.0.0.0', '::', '10.0.0.5', '2001:db8::5'])(
  'a server that listens on %s answers to any host',
  (address) => {
    expect(isMeant('prometheus.example', address)).toBe(true);
  },
);
