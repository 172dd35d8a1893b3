/** Counts ticks and runs for Prometheus. Times are in seconds. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { describesService } from '../metrics/index.ts';
import type { CrashEvent, Observer, TickEvent } from '../tick/index.ts';
import { SECOND } from '../time/index.ts';

/** The facts about a tick that the Prometheus metrics need. */
export interface TickFigures
  extends Pick<TickEvent, 'service' | 'disposition' | 'reason' | 'outcome' | 'durationMs' | 'latenessMs'> {
  readonly state: Pick<TickEvent['state'], 'streak' | 'backoffCount' | 'lastSuccess'>;
}

/** An observer that counts ticks and runs in a Prometheus registry. */
export interface PrometheusObserver extends Observer {
  readonly registry: Registry;
  runCrashed(crashEvent: CrashEvent): void;
  tickEnded(figures: TickFigures): void;
}

/** The histogram buckets for the duration of runs, in seconds. Lambda allows 900 s at most. */
const DURATION_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900];
/**
 * The histogram buckets for the time from due time to start, in seconds. Several are below 120, since EventBridge
 * Scheduler may start a tick up to a minute late.
 */
const LATENESS_BUCKETS = [0.01, 0.1, 0.5, 1, 5, 15, 30, 45, 60, 90, 120, 300, 900];

/**
 * Makes an observer that counts the ticks and runs of each service, and the memory and processor time of the process.
 * @param registry a registry without these metrics
 * @default a new registry, never the global one of prom-client
 */
export function prometheusObserver(registry: Registry = new Registry()): PrometheusObserver {
  registerProcessMetrics(registry);
  const metrics = registerServiceMetrics(registry);
  return {
    registry,
    runCrashed: ({ service, streak }) => {
      metrics.runs.inc({ service, outcome: 'crashed' });
      metrics.streak.set({ service }, streak);
    },
    tickEnded: (figures) => {
      const { service, disposition, reason = '', outcome, durationMs } = figures;
      metrics.ticks.inc({ service, disposition, reason });
      // Without an outcome the tick was skipped, or its run ended early because the process stopped.
      if (outcome !== undefined) {
        metrics.runs.inc({ service, outcome });
        if (durationMs !== undefined) metrics.duration.observe({ service }, durationMs / SECOND);
      }
      if (describesService(figures.reason)) setState(metrics, figures);
    },
  };
}

/**
 * The gauges of prom-client that Tickover leaves out, since `promtool` allows a name in `_total` only for a counter.
 * The gauges of the same names without `_total` contain the same numbers, by type.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

function registerProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}

type ServiceMetrics = ReturnType<typeof registerServiceMetrics>;

function registerServiceMetrics(registry: Registry) {
  const registers = [registry];
  const perService = (name: string, help: string) => ({ name, help, labelNames: ['service'] as const, registers });
  return {
    ticks: new Counter({
      name: 'tickover_ticks_total',
      help: 'Ticks by what became of them: ran, or skipped for a reason.',
      labelNames: ['service', 'disposition', 'reason'],
      registers,
    }),
    runs: new Counter({
      name: 'tickover_runs_total',
      help: 'Runs of a workload by how they ended; crashed ones are counted when the next tick counts them.',
      labelNames: ['service', 'outcome'],
      registers,
    }),
    duration: new Histogram({
      ...perService('tickover_run_duration_seconds', 'How long runs took.'),
      buckets: DURATION_BUCKETS,
    }),
    lateness: new Histogram({
      ...perService('tickover_tick_lateness_seconds', 'How long after their due time ticks were taken up.'),
      buckets: LATENESS_BUCKETS,
    }),
    streak: new Gauge(perService('tickover_failure_streak', 'Failures since the last success.')),
    backoffCount: untyped(new Gauge(perService('tickover_backoff_count', 'Trips since the last success.'))),
    lastSuccess: new Gauge(
      perService('tickover_last_success_timestamp_seconds', 'When a run last succeeded, in Unix time.'),
    ),
  };
}

/** Makes the gauge untyped, since `promtool` refuses a gauge whose name ends in `_count`. */
function untyped(gauge: Gauge<'service'>): Gauge<'service'> {
  return Object.assign(gauge, { type: 'untyped' });
}

function setState(metrics: ServiceMetrics, { service, state, latenessMs }: TickFigures): void {
  // Clocks differ between machines, so a tick can start before its due time. Then its lateness is 0, since the sum of a
  // histogram must not fall.
  if (latenessMs !== undefined) metrics.lateness.observe({ service }, Math.max(0, latenessMs) / SECOND);
  metrics.streak.set({ service }, state.streak);
  metrics.backoffCount.set({ service }, state.backoffCount);
  if (state.lastSuccess !== undefined) metrics.lastSuccess.set({ service }, state.lastSuccess / SECOND);
}
