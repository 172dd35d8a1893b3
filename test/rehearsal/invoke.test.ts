/** Metrics in a log, found. */
import { expect, test } from 'vitest';
import { metricsIn } from './invoke.ts';

const line = (streak: number, halted: number) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        {
          Namespace: 'Tickover-rehearsal',
          Dimensions: [['service']],
          Metrics: [{ Name: 'FailureStreak' }, { Name: 'Halted' }],
        },
      ],
    },
    service: 'steered',
    FailureStreak: streak,
    Halted: halted,
  });

test('metrics are read with namespace, dimensions and value; the last of a name stands, other lines are passed over', () => {
  const log = ['{"level":"INFO","message":"tick","FailureStreak":9}', line(1, 0), 'plain text', line(2, 1)].join('\n');
  const common = { namespace: 'Tickover-rehearsal', dimensions: { service: 'steered' } };

  expect(metricsIn(log)).toEqual({
    FailureStreak: { ...common, name: 'FailureStreak', value: 2 },
    Halted: { ...common, name: 'Halted', value: 1 },
  });
});

test('a log without metrics has none', () => {
  expect(metricsIn('START\n{"level":"INFO"}\nEND')).toEqual({});
});
