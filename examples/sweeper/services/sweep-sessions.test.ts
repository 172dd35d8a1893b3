import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harness } from 'tickover/testing';
import type { Sessions } from './lib/sessions.js';
import sweepSessions from './sweep-sessions.js';

/** Sessions in memory. */
function sessionsOf(count: number): Sessions & { readonly left: string[] } {
  const left = Array.from({ length: count }, (_none, index) => `session-${index}`);
  return {
    left,
    expired: async (most) => left.slice(0, most),
    remove: async (ids) => void left.splice(0, ids.length),
  };
}

test('a few sessions are removed at once', async () => {
  const sessions = sessionsOf(250);
  const h = harness(sweepSessions, { prepare: () => sessions });

  assert.deepEqual((await h.tick()).result, { removed: 250, left: false });
  assert.deepEqual(sessions.left, []);
});

test('a run stops before its deadline, and the next one does the rest', async () => {
  const sessions = sessionsOf(8_000);
  const h = harness(sweepSessions, { prepare: () => sessions });

  const first = await h.tick();
  assert.equal(first.outcome, 'succeeded');
  assert.deepEqual(first.result, { removed: 5_000, left: true });

  assert.deepEqual((await h.tick()).result, { removed: 3_000, left: false });
});
