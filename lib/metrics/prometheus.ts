/** Metrics out of a process that stays: counted in a Prometheus registry, of this process alone. Times in seconds. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CrashEvent, Observer, TickEvent } from '../tick/index.ts';
import { SECOND } from '../time/index.ts';
import { describesService } from './heard.ts';
import { registerProcessMetrics } from './process-metrics.ts';

/** What is counted of a tick: the part of its story that a process which only reads the log has too. */
export interface TickFigures
  extends Pick<TickEvent, 'service' | 'disposition' | 'reason' | 'outcome' | 'durationMs' | 'latenessMs'> {
  readonly state: Pick<TickEvent['state'], 'streak' | 'backoffCount' | 'lastSuccess'>;
}

/** An observer, and the registry that it counts in. */
export interface PrometheusObserver extends Observer {
  readonly registry: Registry;
  runCrashed(tickEvent: CrashEvent): void;
  tickEnded(figures: TickFigures): void;
}

/** Up to the longest that Lambda lets an invocation last. */
const DURATION_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900];
/** Finest around a minute, within which a schedule may fire. */
const LATENESS_BUCKETS = [0.01, 0.1, 0.5, 1, 5, 15, 30, 45, 60, 90, 120, 300, 900];

/**
 * An observer that counts ticks and runs in `registry`, beside the metrics of the process. Per service: ticks, runs, how long
 * they took and how late they were, the streak, the backoff count and the last success.
 * @param registry one that holds none of these metrics yet. @default a new one; never prom-client's global registry
 */
export function prometheusObserver(registry: Registry = new Registry()): PrometheusObserver {
  registerProcessMetrics(registry);
  const metrics = registerServiceMetrics(registry);
  return {
    registry,
    runCrashed: (tickEvent) => countCrash(metrics, tickEvent),
    tickEnded: (tickEvent) => {
      const { service, disposition, reason = '' } = tickEvent;
      metrics.ticks.inc({ service, disposition, reason });
      countRun(metrics, tickEvent);
      if (describesService(tickEvent)) showState(metrics, tickEvent);
    },
    resumed: (service) => {
      metrics.streak.set({ service }, 0);
      metrics.backoffCount.set({ service }, 0);
    },
  };
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
      help: 'Runs of a workload by how they ended; crashed ones are counted when the next tick books them.',
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

/** Prometheus keeps names in `_count` for histograms; only an untyped metric may bear one without a complaint of `promtool`. */
function untyped(gauge: Gauge<'service'>): Gauge<'service'> {
  return Object.assign(gauge, { type: 'untyped' });
}

function countCrash(metrics: ServiceMetrics, { service, streak }: CrashEvent): void {
  metrics.runs.inc({ service, outcome: 'crashed' });
  metrics.streak.set({ service }, streak);
}

/** A tick that was skipped and a run that was given back unended have no outcome: they are no runs to count. */
function countRun(metrics: ServiceMetrics, { service, outcome, durationMs }: TickFigures): void {
  if (outcome === undefined) return;
  metrics.runs.inc({ service, outcome });
  if (durationMs !== undefined) metrics.duration.observe({ service }, durationMs / SECOND);
}

function showState(metrics: ServiceMetrics, { service, state, latenessMs }: TickFigures): void {
  // Clocks disagree: a tick that was early was not late, and a histogram's sum never falls.
  if (latenessMs !== undefined) metrics.lateness.observe({ service }, Math.max(0, latenessMs) / SECOND);
  metrics.streak.set({ service }, state.streak);
  metrics.backoffCount.set({ service }, state.backoffCount);
  if (state.lastSuccess !== undefined) metrics.lastSuccess.set({ service }, state.lastSuccess / SECOND);
}
