import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLoop } from 'tickover';
import { harness } from 'tickover/testing';
import refreshRates, { rates } from './refresh-rates.js';

const env = { RATES_URL: 'data:application/json,{"EUR":1,"USD":1.25}' };

test('a run fetches the rates', async () => {
  const h = harness(refreshRates, { env });

  const { outcome } = await h.tick();

  assert.equal(outcome, 'succeeded');
  assert.equal(rates.get('USD'), 1.25);
});

test('five failures in a row make the service back off, and the next success ends that', async () => {
  const h = harness(refreshRates, { env });
  h.fail(Object.assign(new Error('the server is down'), { code: 'ECONNREFUSED' }), { times: 5 });

  for (let run = 0; run < 5; run += 1) await h.tick();
  assert.equal(h.state.status, 'backing-off');

  await h.advance('2m');
  assert.equal(h.state.status, 'steady');
});

test('the loop runs at once, and ends when it is asked to', async () => {
  const outcomes: string[] = [];
  const loop = createLoop(refreshRates, {
    log: { ...console, info: () => {} },
    surroundings: { env },
    onIteration: ({ outcome }) => {
      outcomes.push(outcome.kind);
      return loop.stop({ block: false });
    },
  });

  await loop.start();

  assert.deepEqual(outcomes, ['succeeded']);
});
