/** The short form of the suite's part on workloads: what is rare or slow is played by the long form alone. */
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/dynalite.ts';
import { bundleMisbehaving } from './bundles.ts';
import { onHost } from './play.ts';
import { workloadFaults } from './workload-faults.ts';

test('workloads that misbehave lose no tick, double none and fail no other, in processes and in workers', async () => {
  const rows = await workloadFaults({ short: true });

  expect(rows.flatMap(({ violations }) => violations)).toEqual([]);
  expect(rows.map(({ fault }) => fault)).toEqual([
    'never settles (process)',
    'throws from a timer and never settles (worker)',
    'waits late for a promise that was rejected (process)',
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
});

test('a process in which a leftover has failed answers whoever acts by hand; the next scheduled tick ends it', async () => {
  const [database, bundles] = await Promise.all([testDatabase(), bundleMisbehaving()]);
  const { endpoint } = database;
  try {
    const came = await onHost('process', { bundles, endpoint }, async ({ host, way }) => {
      const run = async (name: string, event: unknown) => {
        await writeFile(way, name);
        return host.invoke(event);
      };
      return {
        leaves: await run('leaves a promise that rejects', { scheduledFor: '2025-10-09T12:00:00Z' }),
        byHand: await run('is struck', { action: 'run-once' }),
        status: await run('behaves', { action: 'status' }),
        next: await run('behaves', { scheduledFor: '2025-10-09T12:01:00Z' }),
        after: await run('behaves', { scheduledFor: '2025-10-09T12:02:00Z' }),
      };
    });

    expect(came).toMatchObject({
      leaves: { answer: { outcome: 'succeeded', fence: 1 } },
      byHand: { answer: { outcome: 'succeeded', fence: 2 } },
      status: { answer: { streak: 0, runs: [{ outcome: 'succeeded' }, { outcome: 'succeeded' }] } },
      next: { ended: 'code 1' },
      after: { answer: { outcome: 'succeeded', fence: 4 } },
    });
  } finally {
    await bundles.remove();
    await database.close();
  }
});
