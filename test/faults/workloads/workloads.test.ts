/** The short form of the suite's part on workloads: what is rare or slow is played by the long form alone. */
import { expect, test } from 'vitest';
import { workloadFaults } from './workload-faults.ts';

test('workloads that misbehave lose no tick, double none and fail no other, in processes and in workers', async () => {
  const rows = await workloadFaults({ short: true });

  expect(rows.flatMap(({ violations }) => violations)).toEqual([]);
  expect(rows.map(({ fault }) => fault)).toEqual([
    'never settles (process)',
    'throws from a timer and never settles (worker)',
    'leaves a promise that rejects (process)',
    'leaves a promise that rejects (worker)',
    'leaves a timer that throws (process)',
    'leaves a timer that throws (worker)',
    'leaves timers, a server and a socket (process)',
    'blocks its thread (process)',
    'blocks its thread (worker)',
    'hoards memory (worker)',
    'exits with 0 (process)',
    'all of the meddling in one process (process)',
  ]);
}, 120_000);
