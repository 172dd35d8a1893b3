/** The metrics: names, namespace, dimensions and units in CloudWatch, names, types and labels in Prometheus. */
import { describe, expect, test } from 'vitest';
import { prometheusObserver } from '../../lib/prometheus/index.ts';
import { NOON } from '../lambda/kit.ts';
import { crashAtNoon, freeze, metricDocuments, onLambda, quiet } from './kit.ts';

freeze();

const DETAILED = { variables: { TICKOVER_METRICS: 'detailed', TICKOVER_METRICS_NAMESPACE: 'Tickover-dev' } };

describe('the embedded metrics of a function', () => {
  test('a function that fails, halts, skips for it, is resumed and counts a crash writes none unless it is asked to', async () => {
    const kit = onLambda({ script: 'FX' });
    await kit.tick('12:01');
    await kit.raisedBy('12:02');
    await kit.tick('12:03');
    await kit.invoke({ action: 'resume' });
    expect(metricDocuments()).toEqual([]);
    const crashed = onLambda({ script: 'S' });
    await crashAtNoon(crashed);
    await crashed.tick('12:01');
    expect(metricDocuments()).toEqual([]);
  });

  test('a function with detailed metrics writes these: every reason to skip, the lateness, the duration and the overrun', async () => {
    const kit = onLambda({ script: 'OFFX', environment: DETAILED, timeout: '5m' });
    const { tick, raisedBy, invoke } = kit;
    await crashAtNoon(kit);
    await invoke({ scheduledFor: '2025-10-09T12:00:10Z' });
    await kit.goTo(NOON + 62_000);
    await invoke({ scheduledFor: '2025-10-09T12:01:00Z' }, 300_000);
    await tick('12:01');
    await invoke({ scheduledFor: '2025-10-09T12:00:10Z' });
    await tick('12:04');
    await tick('12:05');
    await tick('12:06');
    await invoke({ action: 'pause', reason: 'moving', by: 'ada' });
    await tick('12:07');
    await invoke({ action: 'resume' });
    await raisedBy('12:10');
    await tick('12:11');
    expect(metricDocuments()).toEqual([
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'SkippedOverlap', Unit: 'Count' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        BackoffCount: 0,
        Halted: 0,
        SkippedOverlap: 1,
        Lateness: 0,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'FailureStreak', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
              ],
            },
          ],
        },
        service: 'sync',
        FailureStreak: 1,
        Halted: 0,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'FailureStreak', Unit: 'Count' },
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'Duration', Unit: 'Milliseconds' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
                { Name: 'Overrun', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        FailureStreak: 0,
        BackoffCount: 0,
        Halted: 0,
        Duration: 70_000,
        Lateness: 2000,
        Overrun: 10_000,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [{ Name: 'SkippedDuplicate', Unit: 'Count' }],
            },
          ],
        },
        service: 'sync',
        SkippedDuplicate: 1,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            { Namespace: 'Tickover-dev', Dimensions: [['service']], Metrics: [{ Name: 'SkippedLate', Unit: 'Count' }] },
          ],
        },
        service: 'sync',
        SkippedLate: 1,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'FailureStreak', Unit: 'Count' },
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'Duration', Unit: 'Milliseconds' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        FailureStreak: 1,
        BackoffCount: 0,
        Halted: 0,
        Duration: 250,
        Lateness: 2000,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'FailureStreak', Unit: 'Count' },
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'Duration', Unit: 'Milliseconds' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        FailureStreak: 2,
        BackoffCount: 1,
        Halted: 0,
        Duration: 250,
        Lateness: 2000,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'SkippedBackoff', Unit: 'Count' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        BackoffCount: 1,
        Halted: 0,
        SkippedBackoff: 1,
        Lateness: 2000,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'SkippedPaused', Unit: 'Count' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        BackoffCount: 1,
        Halted: 0,
        SkippedPaused: 1,
        Lateness: 2000,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'FailureStreak', Unit: 'Count' },
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
              ],
            },
          ],
        },
        service: 'sync',
        FailureStreak: 0,
        BackoffCount: 0,
        Halted: 0,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'FailureStreak', Unit: 'Count' },
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'Duration', Unit: 'Milliseconds' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        FailureStreak: 0,
        BackoffCount: 0,
        Halted: 1,
        Duration: 250,
        Lateness: 2000,
      },
      {
        _aws: {
          Timestamp: 'now',
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'SkippedHalted', Unit: 'Count' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'sync',
        BackoffCount: 0,
        Halted: 1,
        SkippedHalted: 1,
        Lateness: 2000,
      },
    ]);
  });
});

test('Prometheus gets metrics of these names, types and labels, besides those of the process', async () => {
  const observer = prometheusObserver();
  const kit = quiet({ script: 'SFX', ports: { observers: [observer] } });
  await crashAtNoon(kit);
  await kit.tick('12:01');
  await kit.tick('12:01');
  await kit.tick('12:02');
  await kit.raisedBy('12:03');
  const page = await observer.registry.metrics();
  const lines = page.split('\n').filter((line) => line.includes('tickover_') && !line.includes('_bucket{'));
  expect(lines).toEqual([
    '# HELP tickover_ticks_total Ticks by what became of them: ran, or skipped for a reason.',
    '# TYPE tickover_ticks_total counter',
    'tickover_ticks_total{service="sync",disposition="ran",reason=""} 3',
    'tickover_ticks_total{service="sync",disposition="skipped",reason="duplicate"} 1',
    '# HELP tickover_runs_total Runs of a workload by how they ended; crashed ones are counted when the next tick counts them.',
    '# TYPE tickover_runs_total counter',
    'tickover_runs_total{service="sync",outcome="crashed"} 1',
    'tickover_runs_total{service="sync",outcome="succeeded"} 1',
    'tickover_runs_total{service="sync",outcome="failed"} 1',
    'tickover_runs_total{service="sync",outcome="fatal"} 1',
    '# HELP tickover_run_duration_seconds How long runs took.',
    '# TYPE tickover_run_duration_seconds histogram',
    'tickover_run_duration_seconds_sum{service="sync"} 0.75',
    'tickover_run_duration_seconds_count{service="sync"} 3',
    '# HELP tickover_tick_lateness_seconds How long after their due time ticks were taken up.',
    '# TYPE tickover_tick_lateness_seconds histogram',
    'tickover_tick_lateness_seconds_sum{service="sync"} 6',
    'tickover_tick_lateness_seconds_count{service="sync"} 3',
    '# HELP tickover_failure_streak Failures since the last success.',
    '# TYPE tickover_failure_streak gauge',
    'tickover_failure_streak{service="sync"} 1',
    '# HELP tickover_backoff_count Trips since the last success.',
    '# TYPE tickover_backoff_count untyped',
    'tickover_backoff_count{service="sync"} 0',
    '# HELP tickover_last_success_timestamp_seconds When a run last succeeded, in Unix time.',
    '# TYPE tickover_last_success_timestamp_seconds gauge',
    'tickover_last_success_timestamp_seconds{service="sync"} 1760011262.25',
  ]);
  const bucketsOf = (name: string) => [
    ...page.matchAll(new RegExp(`${name}_bucket{le="([^"]+)",service="sync"}`, 'g')),
  ];
  expect(bucketsOf('tickover_run_duration_seconds').map(([, most]) => most)).toEqual([
    '0.01',
    '0.05',
    '0.1',
    '0.25',
    '0.5',
    '1',
    '2.5',
    '5',
    '10',
    '30',
    '60',
    '120',
    '300',
    '600',
    '900',
    '+Inf',
  ]);
  expect(bucketsOf('tickover_tick_lateness_seconds').map(([, most]) => most)).toEqual([
    '0.01',
    '0.1',
    '0.5',
    '1',
    '5',
    '15',
    '30',
    '45',
    '60',
    '90',
    '120',
    '300',
    '900',
    '+Inf',
  ]);
});
