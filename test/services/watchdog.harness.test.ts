/** The watchdog as its users see it: over many ticks, it judges the state of a service and sends what has changed. */
import { describe, expect, test } from 'vitest';
import { NEVER_RUN, type ServiceState } from '../../lib/rules/index.ts';
import { watchdogWith, watchServices } from '../../lib/services/watch-services.ts';
import { harness } from '../../lib/testing/index.ts';
import { type Notice, watchedServiceOf } from '../../lib/watchdog/index.ts';
import { partsInMemory } from '../support/parts-in-memory.ts';
import { service } from '../testing/harness-kit.ts';

const NOON = Date.UTC(2026, 0, 1, 12);

/** A watchdog over one service whose state the test sets. */
function watchdogOfOne() {
  let found: ServiceState = NEVER_RUN;
  const notices: Notice[] = [];
  const watched = service();
  const memory = partsInMemory();
  const watchdog = watchdogWith(() => ({
    watched: [watchedServiceOf(watched)],
    states: { read: async () => new Map([[watched.name, found]]), failures: async () => new Map() },
    memory,
    senders: [{ name: 'sns', send: async (notice) => void notices.push(notice) }],
    metrics: { unhealthy: () => {}, checked: () => {}, flush: () => {} },
    stack: 'local',
  }));
  return {
    h: harness(watchdog, { now: NOON }),
    kinds: () => notices.flatMap(({ changes }) => changes.map(({ kind }) => kind)),
    set: (state: Partial<ServiceState>) => {
      found = { ...NEVER_RUN, fence: 9, countedUpTo: 9, ...state };
    },
  };
}

describe('watch-services', () => {
  test('sends one notice when a service halts and one when it has recovered', async () => {
    const { h, kinds, set } = watchdogOfOne();
    set({ lastTick: NOON, halt: { at: NOON, cause: 'TypeError: no', build: 'b1' } });
    await h.advance('3m');
    expect(kinds()).toEqual(['halted']);

    set({ lastTick: NOON + 180_000, lastSuccess: NOON + 181_000 });
    await h.advance('1m');
    expect(kinds()).toEqual(['halted', 'recovered']);
  });

  test('forgets nothing by a crash before its commit, since its memory is its own', async () => {
    const { h, kinds, set } = watchdogOfOne();
    set({ lastTick: NOON, halt: { at: NOON, cause: 'TypeError: no', build: 'b1' } });
    h.crash();

    const results = await h.advance('2m');

    expect(results.map(({ outcome }) => outcome)).toEqual(['crashed', 'succeeded', 'succeeded']);
    expect(kinds()).toEqual(['halted']);
  });

  test('fails without a table as on Lambda, and goes on as a loop', async () => {
    const h = harness(watchServices);

    expect(await h.tick()).toMatchObject({
      outcome: 'failed',
      error: { message: 'watch-services: TICKOVER_TABLE: expected the name of the state table, got undefined' },
    });
  });
});
