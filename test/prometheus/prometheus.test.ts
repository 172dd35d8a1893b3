import { spawnSync } from 'node:child_process';
import { Registry, register } from 'prom-client';
import { expect, test } from 'vitest';
import { type PrometheusObserver, prometheusObserver } from '../../lib/prometheus/index.ts';
import { HALT, NOON, tickEvent } from '../metrics/tick-events.ts';
import { readExposition } from './exposition.ts';

/** The samples of one metric, by what stands before the value. */
async function samples({ registry }: PrometheusObserver, name: string): Promise<Record<string, number>> {
  const family = readExposition(await registry.metrics()).get(name);
  if (family === undefined) throw new Error(`no metric ${name}`);
  return Object.fromEntries(family.samples);
}

test('ticks are counted by disposition and reason, which is empty for a tick that ran', async () => {
  const observer = prometheusObserver();

  observer.tickEnded?.(tickEvent({ outcome: 'succeeded' }));
  observer.tickEnded?.(tickEvent({ outcome: 'failed' }));
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'overlap' }));
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'duplicate' }));

  expect(await samples(observer, 'tickover_ticks_total')).toEqual({
    'tickover_ticks_total{service="sweep",disposition="ran",reason=""}': 2,
    'tickover_ticks_total{service="sweep",disposition="skipped",reason="overlap"}': 1,
    'tickover_ticks_total{service="sweep",disposition="skipped",reason="duplicate"}': 1,
  });
});

test('runs are counted by outcome, crashed ones when they are counted and runs without an outcome never', async () => {
  const observer = prometheusObserver();

  observer.runCrashed?.({ service: 'sweep', fence: 6, bookedAt: NOON, streak: 1, halted: false });
  observer.tickEnded?.(tickEvent({ outcome: 'timed-out', crashesBooked: 1 }));
  observer.tickEnded?.(tickEvent({ outcome: 'succeeded' }));
  observer.tickEnded?.(tickEvent({ service: 'poll', outcome: 'succeeded' }));
  observer.tickEnded?.(tickEvent());
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'paused' }));

  expect(await samples(observer, 'tickover_runs_total')).toEqual({
    'tickover_runs_total{service="sweep",outcome="crashed"}': 1,
    'tickover_runs_total{service="sweep",outcome="timed-out"}': 1,
    'tickover_runs_total{service="sweep",outcome="succeeded"}': 1,
    'tickover_runs_total{service="poll",outcome="succeeded"}': 1,
  });
});

test('durations are in seconds, in buckets up to the 900 s that an invocation may last', async () => {
  const observer = prometheusObserver();

  observer.tickEnded?.(tickEvent({ outcome: 'succeeded', durationMs: 1_500 }));
  observer.tickEnded?.(tickEvent({ outcome: 'failed', durationMs: 700_000 }));
  observer.tickEnded?.(tickEvent({ durationMs: 30_000 }));

  const duration = await samples(observer, 'tickover_run_duration_seconds');
  expect(duration['tickover_run_duration_seconds_count{service="sweep"}']).toBe(2);
  expect(duration['tickover_run_duration_seconds_sum{service="sweep"}']).toBe(701.5);
  expect(duration['tickover_run_duration_seconds_bucket{le="1",service="sweep"}']).toBe(0);
  expect(duration['tickover_run_duration_seconds_bucket{le="2.5",service="sweep"}']).toBe(1);
  expect(duration['tickover_run_duration_seconds_bucket{le="600",service="sweep"}']).toBe(1);
  expect(duration['tickover_run_duration_seconds_bucket{le="900",service="sweep"}']).toBe(2);
});

test('lateness is in seconds, never below 0, and not counted of deliveries that were decided already', async () => {
  const observer = prometheusObserver();

  observer.tickEnded?.(tickEvent({ outcome: 'succeeded', latenessMs: 42_000 }));
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'backoff', latenessMs: 500 }));
  observer.tickEnded?.(tickEvent({ outcome: 'succeeded', latenessMs: -3_000 }));
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'late', latenessMs: 86_400_000 }));
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'duplicate', latenessMs: 86_400_000 }));
  observer.tickEnded?.(tickEvent({ tick: { kind: 'manual', force: false }, outcome: 'succeeded' }));

  const lateness = await samples(observer, 'tickover_tick_lateness_seconds');
  expect(lateness['tickover_tick_lateness_seconds_count{service="sweep"}']).toBe(3);
  expect(lateness['tickover_tick_lateness_seconds_sum{service="sweep"}']).toBe(42.5);
  expect(lateness['tickover_tick_lateness_seconds_bucket{le="30",service="sweep"}']).toBe(2);
  expect(lateness['tickover_tick_lateness_seconds_bucket{le="45",service="sweep"}']).toBe(3);
});

test('streak and backoff count follow the state, also of a skipped tick, and a counted crash', async () => {
  const observer = prometheusObserver();
  const streak = async () =>
    (await samples(observer, 'tickover_failure_streak'))['tickover_failure_streak{service="sweep"}'];
  const backoffCount = async () =>
    (await samples(observer, 'tickover_backoff_count'))['tickover_backoff_count{service="sweep"}'];
  expect(await streak()).toBeUndefined();

  observer.tickEnded?.(tickEvent({ outcome: 'failed' }, { streak: 3, backoffCount: 1 }));
  expect([await streak(), await backoffCount()]).toEqual([3, 1]);

  observer.runCrashed?.({ service: 'sweep', fence: 8, bookedAt: NOON, streak: 4, halted: false });
  expect([await streak(), await backoffCount()]).toEqual([4, 1]);

  observer.tickEnded?.(
    tickEvent({ disposition: 'skipped', reason: 'halted' }, { streak: 6, backoffCount: 2, halt: HALT }),
  );
  expect([await streak(), await backoffCount()]).toEqual([6, 2]);
});

test('the last success is absent until there was one, then in Unix seconds, and a failure leaves it', async () => {
  const observer = prometheusObserver();
  const name = 'tickover_last_success_timestamp_seconds';

  observer.tickEnded?.(tickEvent({ outcome: 'failed' }, { streak: 1 }));
  expect(await samples(observer, name)).toEqual({});

  observer.tickEnded?.(tickEvent({ outcome: 'succeeded' }, { lastSuccess: Date.UTC(2024, 4, 1, 12, 0, 1, 250) }));
  observer.tickEnded?.(
    tickEvent({ outcome: 'failed' }, { lastSuccess: Date.UTC(2024, 4, 1, 12, 0, 1, 250), streak: 1 }),
  );
  expect(await samples(observer, name)).toEqual({ [`${name}{service="sweep"}`]: 1_714_564_801.25 });
});

test('the metrics of the process are there, and the global registry is left alone', async () => {
  const observer = prometheusObserver();

  const { process_resident_memory_bytes } = await samples(observer, 'process_resident_memory_bytes');
  const { process_cpu_seconds_total } = await samples(observer, 'process_cpu_seconds_total');
  expect(process_resident_memory_bytes).toBeGreaterThan(1_000_000);
  expect(process_cpu_seconds_total).toBeGreaterThan(0);
  expect(register.getMetricsAsArray()).toEqual([]);
});

test('a registry that is handed in is the one that is counted in', async () => {
  const registry = new Registry();
  const observer = prometheusObserver(registry);

  observer.tickEnded?.(tickEvent({ outcome: 'succeeded' }));

  expect(observer.registry).toBe(registry);
  expect(await registry.metrics()).toContain('tickover_runs_total{service="sweep",outcome="succeeded"} 1');
});

test.each(['empty', 'filled'])(
  'a strict reader, and promtool where it is installed, accepts the %s page',
  async (page) => {
    const observer = prometheusObserver();
    if (page === 'filled') {
      observer.runCrashed?.({ service: 'sweep', fence: 6, bookedAt: NOON, streak: 1, halted: false });
      observer.tickEnded?.(
        tickEvent({ outcome: 'succeeded', durationMs: 12, latenessMs: 40 }, { lastSuccess: NOON, backoffCount: 1 }),
      );
      observer.tickEnded?.(tickEvent({ service: 'poll', disposition: 'skipped', reason: 'backoff' }));
    }
    const text = await observer.registry.metrics();

    const families = readExposition(text);
    expect([...families.keys()].filter((name) => name.startsWith('tickover_')).sort()).toEqual([
      'tickover_backoff_count',
      'tickover_failure_streak',
      'tickover_last_success_timestamp_seconds',
      'tickover_run_duration_seconds',
      'tickover_runs_total',
      'tickover_tick_lateness_seconds',
      'tickover_ticks_total',
    ]);
    const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    const absent = (promtool.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (!absent) expect({ status: promtool.status, stderr: promtool.stderr }).toEqual({ status: 0, stderr: '' });
  },
);
