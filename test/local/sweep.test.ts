/** Sweeping while a machine runs. */
import { expect, test } from 'vitest';
import { sweepHourly, sweepTable } from '../../lib/local/sweep.ts';
import { fakeClock } from '../../lib/testing/index.ts';

const HOUR = 3_600_000;

test('expired items are swept at once and each hour, and a sweep that fails is shown and tried again', async () => {
  const clock = fakeClock(0, { mode: 'manual' });
  const closing = new AbortController();
  const swept: number[] = [];
  const notices: string[] = [];
  const ended = sweepHourly(
    async (now) => {
      swept.push(now);
      if (now === HOUR) throw new Error('connect ECONNREFUSED 127.0.0.1:1');
    },
    { clock, closing: closing.signal, onNotice: (line) => void notices.push(line) },
  );

  await clock.advance(2 * HOUR);
  closing.abort();
  await ended;

  expect(swept).toEqual([0, HOUR, 2 * HOUR]);
  expect(notices).toEqual([
    "database: expired run records can't be removed (connect ECONNREFUSED 127.0.0.1:1); it is tried again in an hour",
  ]);
});

test('a table on AWS is left to its own time to live', async () => {
  const env = { TICKOVER_TABLE: 'tickover', TICKOVER_FLOW_RUNS_TABLE: 'flow-runs' };

  await expect(sweepTable('https://dynamodb.eu-west-1.amazonaws.com', env, 0)).resolves.toBeUndefined();
});
