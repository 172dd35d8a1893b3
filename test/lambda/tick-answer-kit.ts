/** Answers to ticks, to begin from, and services in the states that matter to them. */
import { expect } from 'vitest';
import { functionUnderTest } from './kit.ts';

export const RAN = {
  service: 'sync',
  tick: '2025-10-09T12:01:00.000Z',
  disposition: 'ran',
  reason: null,
  outcome: 'succeeded',
  verdict: 'steady',
  durationMs: 250,
  fence: 1,
  backoffCount: 0,
  nextDue: '2025-10-09T12:02:00.000Z',
  error: null,
  result: { rows: 3 },
};
export const REFUSED = { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' };
export const FAILED = { ...RAN, outcome: 'failed', error: REFUSED, result: null };
export const NOT_RUN = {
  disposition: 'skipped',
  outcome: null,
  verdict: null,
  durationMs: null,
  fence: null,
  result: null,
};
export const SKIPPED = { ...RAN, ...NOT_RUN };
export const BY_HAND = { ...RAN, action: 'run-once', tick: null, bypassed: [], stays: [] };

/** Two ticks that fail make a trip: from 12:02 on it backs off until 12:04. */
export async function backingOff(script: string) {
  const kit = functionUnderTest({ script: `FF${script}` });
  await kit.tick('12:01');
  await kit.tick('12:02');
  return kit;
}

/** A programming error at 12:01 halts until 12:16:02.250. */
export async function halted(script: string, options = {}) {
  const kit = functionUnderTest({ script: `X${script}`, ...options });
  await expect(kit.raisedBy('12:01')).resolves.toMatchObject({ code: 'service-halted' });
  return kit;
}

export const PAUSE = { action: 'pause', reason: 'moving', by: 'ada' };
export const ONCE = { action: 'run-once' };
export const FORCED = { action: 'run-once', force: true };
