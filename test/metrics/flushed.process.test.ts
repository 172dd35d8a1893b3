import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, runScript } from '../support/process.ts';

const FUNCTION = join(ROOT, 'test/metrics/fixtures/halting-function.ts');
const IN_LAMBDA = {
  AWS_LAMBDA_FUNCTION_NAME: 'sync',
  TICKOVER_TABLE: 'none',
  TICKOVER_METRICS_NAMESPACE: 'Tickover-dev',
  TICKOVER_METRICS: 'detailed',
  POWERTOOLS_DEV: '',
};

interface Line {
  readonly _aws?: { readonly CloudWatchMetrics: readonly { readonly Namespace: string }[] };
  readonly [member: string]: unknown;
}

async function endOf(workload: string) {
  const { code, lines } = await runScript(FUNCTION, [], { ...IN_LAMBDA, TEST_WORKLOAD: workload });
  const json = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line);
  const metrics = json.filter(({ _aws }) => _aws !== undefined);
  const namespaces = metrics.map(({ _aws }) => _aws?.CloudWatchMetrics[0]?.Namespace);
  return { code, lines, metrics: metrics.map(({ _aws, ...members }) => members), namespaces };
}

test('a tick that halts its service has written its metrics before what it throws ends the process', async () => {
  const { code, lines, metrics, namespaces } = await endOf('refused');

  // Which one is Node's affair, and differs between its versions.
  expect(code).toBeGreaterThan(0);
  expect(namespaces).toEqual(['Tickover-dev']);
  expect(metrics).toEqual([
    {
      ...{ service: 'sync', FailureStreak: 1, BackoffCount: 1, Halted: 1 },
      ...{ Duration: expect.any(Number), Lateness: expect.any(Number) },
    },
  ]);
  const metricsAt = lines.findIndex((line) => line.includes('"_aws"'));
  const errorAt = lines.findIndex((line) => line.includes('the invocation failed'));
  expect(metricsAt).toBeLessThan(errorAt);
});

test('a run that never ends has written its metrics before its process is recycled', async () => {
  const { code, metrics } = await endOf('stubborn');

  expect(code).toBe(1);
  expect(metrics).toEqual([
    {
      ...{ service: 'sync', FailureStreak: 1, BackoffCount: 1, Halted: 1 },
      ...{ Duration: expect.any(Number), Lateness: expect.any(Number) },
    },
  ]);
});
