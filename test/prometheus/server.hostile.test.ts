/**
 * Who asks the metrics server without measure: slowly, at length, or with many hands. The services and other scrapers
 * don't notice.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type MetricsAddress, type MetricsServer, metricsServer } from '../../lib/prometheus/index.ts';
import { rememberingLog } from '../metrics/tick-events.ts';

const started: MetricsServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

/** The address of a server that has begun. */
async function serving(options: { readonly requestTimeout?: number } = {}): Promise<MetricsAddress> {
  const registry = { contentType: 'text/plain', metrics: async () => 'a page\n' };
  const { log } = rememberingLog();
  const server = metricsServer({ enabled: true, host: '127.0.0.1', port: 0, registry, log, ...options });
  started.push(server);
  const address = await server.start();
  if (address === undefined) throw new Error('the server did not start');
  return address;
}

function fetched({ host, port }: MetricsAddress): Promise<Response> {
  return fetch(`http://${host}:${port}/metrics`, { headers: { connection: 'close' } });
}

/** Connects, writes this, and returns all that arrives until the connection is cut. */
async function answerTo({ host, port }: MetricsAddress, text: string): Promise<string> {
  const socket = connect(port, host, () => socket.write(text));
  sockets.push(socket);
  let came = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    came += chunk;
  });
  await once(socket, 'close');
  return came;
}

const HEAD = 'POST /metrics HTTP/1.1\r\nHost: localhost\r\n';

test.each([
  ['says nothing', '', /^(HTTP\/1\.1 408 |$)/],
  ['never ends its head', HEAD, /^HTTP\/1\.1 408 /],
  ['never ends its body', `${HEAD}Content-Length: 9\r\n\r\nx`, /^HTTP\/1\.1 (405|408) /],
])('a client that %s is cut, and others are answered', async (_what, text, answer) => {
  const address = await serving({ requestTimeout: 100 });

  const came = answerTo(address, text);
  expect((await fetched(address)).status).toBe(200);

  expect(await came).toMatch(answer);
});

test('a head without measure is refused', async () => {
  const address = await serving();

  expect(await answerTo(address, `GET /metrics?${'x'.repeat(10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(await answerTo(address, `GET /metrics HTTP/1.1\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect((await fetched(address)).status).toBe(200);
});

test('64 connections are held and no more; who went makes room', async () => {
  const address = await serving();
  const held = Array.from({ length: 64 }, () => connect(address.port, address.host));
  sockets.push(...held);
  await Promise.all(held.map((socket) => once(socket, 'connect')));

  await expect(fetched(address)).rejects.toThrow();
  for (const socket of held) socket.destroy();

  await expect
    .poll(() =>
      fetched(address).then(
        ({ status }) => status,
        () => 'refused',
      ),
    )
    .toBe(200);
});

test('metrics that are never collected are answered with 500, and a stop waits for nobody', async () => {
  const registry = { contentType: 'text/plain', metrics: () => new Promise<string>(() => {}) };
  const { log, lines } = rememberingLog();
  const options = { enabled: true, host: '127.0.0.1', port: 0, registry, log };
  const impatient = metricsServer({ ...options, requestTimeout: 100 });
  const patient = metricsServer(options);
  started.push(impatient, patient);

  const address = await impatient.start();
  if (address === undefined) throw new Error('the server did not start');
  expect((await fetched(address)).status).toBe(500);
  expect(lines.at(-1)).toBe(
    'error metrics: they could not be collected (TimeoutError: no answer within 0.1 s); this scrape is answered with 500',
  );

  const other = await patient.start();
  if (other === undefined) throw new Error('the server did not start');
  const answer = fetched(other);
  answer.catch(() => {});
  const socket = connect(other.port, other.host).on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  await patient.stop();
  await expect(answer).rejects.toThrow();
});
