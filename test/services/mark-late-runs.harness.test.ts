/** mark-late-runs as its users see it: over many ticks, with flow runs in memory. */
import { describe, expect, test } from 'vitest';
import { markLateRuns, markLateSettings } from '../../lib/services/mark-late-runs.ts';
import { harness } from '../../lib/testing/index.ts';
import { type MemoryFlowRunStore, memoryFlowRunStore } from '../flow-runs/memory-store.ts';
import { START, waitingRun } from '../flow-runs/runs.ts';

function marking(store: MemoryFlowRunStore, env: Readonly<Record<string, string>> = {}) {
  return harness(markLateRuns, {
    now: START,
    env,
    prepare: (given) => {
      const { table: _, ...options } = markLateSettings(given.env);
      return { store, options };
    },
  });
}

const late = (store: MemoryFlowRunStore) =>
  [...store.held.values()].filter(({ state }) => state.name === 'Late').map(({ id }) => id);

describe('mark-late-runs', () => {
  test('marks each flow run at the first tick that finds it late', async () => {
    const store = memoryFlowRunStore([
      waitingRun('long ago', START - 60_000),
      waitingRun('now', START),
      waitingRun('in ten minutes', START + 600_000),
    ]);
    const h = marking(store);

    const results = await h.advance('2m');

    expect(results.map(({ result }) => result?.marked)).toEqual([1, 1, 0]);
    expect(late(store)).toEqual(['long ago', 'now']);
  });

  test('goes on after a failure, since it is a loop, and after a crash it marks nothing twice', async () => {
    const store = memoryFlowRunStore([waitingRun('one', START - 60_000)]);
    const h = marking(store);
    h.fail(new Error('the table is gone'), { times: 5 });
    h.crash();

    const results = await h.advance('6m');

    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...['failed', 'failed', 'failed', 'failed', 'failed', 'crashed', 'succeeded'],
    ]);
    expect(results.at(-1)).toMatchObject({ crashesCounted: 1, result: { marked: 0 } });
    expect(late(store)).toEqual(['one']);
    expect(h.state).toMatchObject({ status: 'steady', streak: 0, backoffCount: 0 });
  });

  test('fails by a faulty setting as on Lambda', async () => {
    const h = marking(memoryFlowRunStore(), { TICKOVER_PAGE_SIZE: '0' });

    expect((await h.tick()).error).toEqual({
      class: 'InvalidOptionsError',
      message: "mark-late-runs: TICKOVER_PAGE_SIZE: expected a whole number from 1 to 1000, got '0'",
    });
  });

  test('gives its results the same ids for the same seed', async () => {
    const ids = async () => {
      const store = memoryFlowRunStore([waitingRun('one', START - 60_000)]);
      await marking(store).tick();
      return store.held.get('one')?.state.id;
    };

    expect(await ids()).toBe(await ids());
  });
});
