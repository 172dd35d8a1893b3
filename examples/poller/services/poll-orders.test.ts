import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { harness } from 'tickover/testing';
import pollOrders from './poll-orders.js';

/** A shop with three orders on two pages, which is the warehouse too. */
const requests: string[] = [];
const pages: Record<string, object> = {
  '/orders?after=0': {
    orders: [
      { id: 'a', total: 1 },
      { id: 'b', total: 2 },
    ],
    next: '2',
  },
  '/orders?after=2': { orders: [{ id: 'c', total: 3 }], next: '3' },
};
const server = createServer(({ method, url = '', headers }, response) => {
  requests.push(`${method} ${url}`);
  if (headers.authorization !== 'Bearer only-for-tests') response.writeHead(401);
  response.end(JSON.stringify(pages[url] ?? { orders: [], next: '3' }));
});
let env: Record<string, string>;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  env = { SHOP_URL: url, WAREHOUSE_URL: url };
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => requests.splice(0));

test('each run continues where the last one stopped', async () => {
  const h = harness(pollOrders, { env, secrets: { API_TOKEN: 'only-for-tests' } });

  const results = [await h.tick(), await h.tick()];

  assert.deepEqual(
    results.map(({ result }) => result),
    [{ orders: 2 }, { orders: 1 }],
  );
  assert.deepEqual(requests, [
    ...['GET /orders?after=0', 'PUT /orders/a', 'PUT /orders/b'],
    ...['GET /orders?after=2', 'PUT /orders/c'],
  ]);
  assert.equal(h.state.cursor, '3');
});

test('a run after a crash handles the same page again', async () => {
  const h = harness(pollOrders, { env, secrets: { API_TOKEN: 'only-for-tests' } });
  h.crash();

  await h.advance('2m');

  assert.equal(requests.filter((request) => request === 'GET /orders?after=0').length, 2);
  assert.equal(h.state.streak, 0);
});

test('a wrong token is fatal and halts the service', async () => {
  const h = harness(pollOrders, { env, secrets: { API_TOKEN: 'not-the-right-one' } });

  const { outcome } = await h.tick();

  assert.equal(outcome, 'fatal');
  assert.equal(h.state.status, 'halted');
});
