import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { harness } from 'tickover/testing';
import dailyReport from './daily-report.js';

const requests: string[] = [];
const server = createServer(({ method, url }, response) => {
  requests.push(`${method} ${url}`);
  response.end(JSON.stringify({ orders: 12, total: 345.6 }));
});
let env: Record<string, string>;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  env = { FIGURES_URL: `${url}/figures`, CHAT_URL: `${url}/chat` };
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test('the report is sent at eight in Berlin, in winter and in summer, and not at weekends', async () => {
  const h = harness(dailyReport, { env, now: '2026-03-27T00:00:00Z' });

  const results = [await h.tick(), await h.tick()];

  assert.deepEqual(
    results.map(({ tick }) => tick),
    ['2026-03-27T07:00:00.000Z', '2026-03-30T06:00:00.000Z'],
  );
  assert.deepEqual(
    results.map(({ result }) => result),
    ['2026-03-27: 12 orders, 345.60 EUR', '2026-03-30: 12 orders, 345.60 EUR'],
  );
});

test('a run by hand sends the report of the present day', async () => {
  const h = harness(dailyReport, { env, now: '2026-03-27T23:30:00Z' });
  requests.splice(0);

  await h.runOnce();

  assert.deepEqual(requests, ['GET /figures?day=2026-03-28', 'PUT /chat/2026-03-28']);
});
