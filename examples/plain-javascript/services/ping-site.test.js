import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harness } from 'tickover/testing';
import pingSite from './ping-site.js';

test('a site that answers is logged', async () => {
  const h = harness(pingSite, { env: { SITE_URL: 'data:,here' } });

  const { outcome } = await h.tick();

  assert.equal(outcome, 'succeeded');
  assert.ok(h.log.some(({ message }) => message === 'the site answered'));
});

test('a site that is down three times halts the service, and it recovers by itself', async () => {
  const h = harness(pingSite, { env: { SITE_URL: 'data:,here' } });
  h.fail(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }), { times: 3 });

  await h.advance('3m');
  assert.equal(h.state.status, 'halted');

  await h.advance('1h');
  assert.equal(h.state.status, 'steady');
});
