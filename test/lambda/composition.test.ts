/** The composition of a function: what its environment makes of its observers and of its log. */
import { afterEach, expect, test, vi } from 'vitest';
import { compose } from '../../lib/lambda/composition.ts';
import { readEnvironment } from '../../lib/lambda/env.ts';
import { defineService } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import { rememberingLog } from '../metrics/tick-events.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const service = defineService({ name: 'sync', interval: '1m' });

/** The lines that a function of this environment logs at its cold start, and those that a resume makes it write. */
async function composed(variables: Record<string, string>) {
  const { log, lines } = rememberingLog();
  const environment = readEnvironment({ TICKOVER_TABLE: 't', ...variables });
  const { ports } = compose(service, { store: memoryStore(), log, environment });
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  for (const observer of ports.observers) {
    observer.resumed?.('sync');
    await observer.flush?.();
  }
  const written = write.mock.calls.filter(([chunk]) => String(chunk).includes('"_aws"'));
  write.mockRestore();
  return { lines, metrics: written.length };
}

const IN_LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: 'sync' };
const DETAILED = { TICKOVER_METRICS: 'detailed' };

test('a function writes metrics in Lambda alone, and only if it is asked for the detailed ones', async () => {
  expect((await composed({ ...IN_LAMBDA, ...DETAILED })).metrics).toBe(1);
  expect((await composed(IN_LAMBDA)).metrics).toBe(0);
  expect((await composed(DETAILED)).metrics).toBe(0);
});

test('a switch of Powertools is a warning in Lambda, where it has no effect on the metrics', async () => {
  const off = { POWERTOOLS_METRICS_DISABLED: 'true' };

  expect(await composed({ ...IN_LAMBDA, ...DETAILED, ...off })).toEqual({
    lines: ["warn environment: POWERTOOLS_METRICS_DISABLED is set; it doesn't silence the metrics of Tickover"],
    metrics: 1,
  });
  expect((await composed(off)).lines).toEqual([]);
});

test('the variable that the detailed metrics had before is a warning with the one of now', async () => {
  expect((await composed({ TICKOVER_DETAILED_METRICS: 'true' })).lines).toEqual([
    'warn environment: TICKOVER_DETAILED_METRICS is no variable of this version; it has no effect; did you mean TICKOVER_METRICS=detailed?',
  ]);
});
