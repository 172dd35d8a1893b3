import { expect, test } from 'vitest';
import { markLate } from '../../lib/flow-runs/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import { systemRandom } from '../../lib/time/index.ts';
import { memoryFlowRunStore } from '../flow-runs/memory-store.ts';
import { START, waitingRun } from '../flow-runs/runs.ts';
import { keptLog } from '../support/loop-kit.ts';
import vectors from './loop.json' with { type: 'json' };

test.each(vectors.late_run_batches)('$late_runs late runs in batches of $batch_size', async (vector) => {
  const runs = Array.from({ length: vector.late_runs }, (_, index) => waitingRun(`run-${index}`));
  const store = memoryFlowRunStore(runs);
  const signal = new AbortController().signal;
  const context = {
    signal,
    deadline: Infinity,
    clock: fakeClock(START + 60_000),
    random: systemRandom,
    log: keptLog(),
  };

  const counts = await markLate(context, store, { lateAfterSeconds: 15, pageSize: vector.batch_size });

  expect(store.pageSizes).toEqual(vector.select_sizes);
  expect(counts.marked).toBe(vector.late_runs);
});
