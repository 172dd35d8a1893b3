import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { harness } from 'tickover/testing';
import checkStock from './check-stock.js';
import expireCarts from './expire-carts.js';
import refreshSearch from './refresh-search.js';

const answers: Record<string, unknown> = {
  'POST /carts/expire': { expired: 2 },
  'POST /search/refresh': {},
  'GET /stock?below=5': ['pencil'],
};
const server = createServer(({ method, url }, response) => {
  const answer = answers[`${method} ${url}`];
  response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer));
});
let env: Record<string, string>;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  env = { SHOP_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
after(() => {
  server.closeAllConnections();
  server.close();
});

for (const service of [expireCarts, refreshSearch, checkStock]) {
  test(`${service.name} succeeds`, async () => {
    const { outcome } = await harness(service, { env }).tick();

    assert.equal(outcome, 'succeeded');
  });
}

test('an article that is nearly sold out is logged', async () => {
  const h = harness(checkStock, { env });

  await h.tick();

  assert.equal(h.log.find(({ level }) => level === 'warn')?.fields['article'], 'pencil');
});
