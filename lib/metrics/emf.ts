/**
 * Writes CloudWatch metrics as lines of JSON on standard output (embedded metric format). Their only dimension is
 * `service`.
 *
 * The service watch-services writes Unhealthy at each of its runs, and the other two at each scheduled run:
 *
 *   Unhealthy          1 for each service in trouble, with the name of that service as `service`
 *   Watched            the number of services that it checked, with `watch-services` as `service`
 *   UnhealthyServices  the number of services in trouble, with `watch-services` as `service`
 *
 * Each service writes these metrics about itself, but only if `TICKOVER_METRICS=detailed` is set:
 *
 *   FailureStreak  failures since the last success: at each run, each crash, and 0 when a person resumes the service
 *   BackoffCount   trips since the last success: at each tick except duplicate and late ones, and 0 at a resume
 *   Halted         1 while the service is halted, else 0: at the same times, and at each crash
 *   Duration       milliseconds, at each run that ended
 *   Lateness       milliseconds from the due time to the start, at each tick except duplicate and late ones
 *   Overrun        milliseconds by which a run took longer than the interval
 *   SkippedBackoff, SkippedDuplicate, SkippedHalted, SkippedLate, SkippedOverlap, SkippedPaused
 *                  1 at each tick skipped for that reason
 *
 * CloudWatch bills a metric for each hour with a sample. So a healthy service costs nothing without the detailed
 * metrics. docs/metrics-choice.md compares other designs.
 */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SkipReason } from '../rules/index.ts';
import { refuseOptions, type Surroundings } from '../service/index.ts';
import type { Observer, TickEvent } from '../tick/index.ts';
import { describesService } from './describes-service.ts';
import { type ServiceMetrics, serviceMetrics } from './powertools.ts';

export interface EmfOptions {
  /** The CloudWatch namespace. @default 'Tickover' */
  readonly namespace?: string;
}

/** The settings of CloudWatch metrics, as read from environment variables. */
export interface EmfSettings extends Required<EmfOptions> {
  /**
   * Whether each service writes metrics about its ticks and runs, and not only `watch-services` about services in
   * trouble.
   */
  readonly detailed: boolean;
}

const DEFAULT_NAMESPACE = 'Tickover';

/** The only valid value of `TICKOVER_METRICS`; the variable may also be empty or missing. */
const DETAILED = 'detailed';

/**
 * The service that judges all other services. Its name is the value of the dimension `service` in the metrics of its
 * checks.
 */
const WATCHDOG = 'watch-services';

/** Matches a valid CloudWatch namespace. `AWS/` is reserved for Amazon. */
const NAMESPACE = /^(?!AWS\/)(?!:)[\w.\-/#: ]{1,255}$/;

/**
 * Reads `TICKOVER_METRICS_NAMESPACE` (default 'Tickover') and `TICKOVER_METRICS` ('detailed' or nothing). An empty
 * variable counts as missing.
 */
export function emfOptionsIn(env: Surroundings['env']): EmfSettings {
  return {
    namespace: env['TICKOVER_METRICS_NAMESPACE'] || DEFAULT_NAMESPACE,
    detailed: env['TICKOVER_METRICS'] === DETAILED,
  };
}

/**
 * Checks `TICKOVER_METRICS_NAMESPACE` and `TICKOVER_METRICS`. Returns a text for each invalid one, such as
 * `TICKOVER_METRICS: expected ..., got ...`.
 */
export function emfFaults(env: Surroundings['env']): string[] {
  const { TICKOVER_METRICS_NAMESPACE: namespace = '', TICKOVER_METRICS: metrics = '' } = env;
  const faults: string[] = [];
  if (namespace !== '' && !(NAMESPACE.test(namespace) && namespace.trim() !== '')) {
    faults.push(
      `TICKOVER_METRICS_NAMESPACE: expected 1 to 255 letters, digits, spaces or . - _ / # :, not beginning with 'AWS/' or ':', got '${namespace}'`,
    );
  }
  if (metrics !== '' && metrics !== DETAILED) {
    faults.push(`TICKOVER_METRICS: expected '${DETAILED}' or nothing, got '${metrics}'`);
  }
  return faults;
}

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  backoff: 'SkippedBackoff',
  duplicate: 'SkippedDuplicate',
  halted: 'SkippedHalted',
  late: 'SkippedLate',
  overlap: 'SkippedOverlap',
  paused: 'SkippedPaused',
};

/**
 * Makes an observer that collects metrics about ticks and runs, and prints them in `flush` for CloudWatch. `flush` is
 * synchronous, so the process may end right after it.
 */
export function emfObserver(options: EmfOptions = {}): Observer {
  refuseOptions('emfObserver', options, { namespace: 'text' });
  const { namespace = DEFAULT_NAMESPACE } = options;
  const { add, flush } = emfDocuments(namespace);
  return {
    runCrashed: ({ service, streak, halted }) => add(service, { FailureStreak: streak, Halted: Number(halted) }),
    tickEnded: (tickEvent) => add(tickEvent.service, valuesOf(tickEvent)),
    resumed: (service) => add(service, { FailureStreak: 0, BackoffCount: 0, Halted: 0 }),
    flush,
  };
}

/**
 * Makes what the service `watch-services` needs to report services in trouble as CloudWatch metrics. `flush` prints the
 * metrics synchronously.
 */
export function healthEmf({ namespace = DEFAULT_NAMESPACE }: EmfOptions = {}) {
  const { add, flush } = emfDocuments(namespace);
  return {
    unhealthy: (service: string) => add(service, { Unhealthy: 1 }),
    checked: ({ watched, unhealthy }: { readonly watched: number; readonly unhealthy: number }) =>
      add(WATCHDOG, { Watched: watched, UnhealthyServices: unhealthy }),
    flush,
  };
}

/** The metrics of one tick. A run that ended without an outcome, since its process stopped, has no Duration. */
function valuesOf({ disposition, reason, outcome, state, ...times }: TickEvent): Values {
  const { durationMs, latenessMs, overrunMs } = times;
  const skip = reason === undefined ? {} : { [SKIPPED[reason]]: 1 };
  if (!describesService(reason)) return skip;
  return {
    FailureStreak: disposition === 'ran' ? state.streak : undefined,
    BackoffCount: state.backoffCount,
    Halted: Number(state.halt !== undefined),
    ...skip,
    Duration: outcome && durationMs,
    // Clocks differ between machines, so a tick can start before its due time. Then its Lateness is 0.
    Lateness: latenessMs === undefined ? undefined : Math.max(0, latenessMs),
    Overrun: outcome && overrunMs,
  };
}

type Values = Readonly<Record<string, number | undefined>>;

const IN_MILLISECONDS: ReadonlySet<string> = new Set(['Duration', 'Lateness', 'Overrun']);

/**
 * Collects metrics as JSON documents for CloudWatch, one for each call of `add`, since a document contains each metric
 * only once.
 */
function emfDocuments(namespace: string) {
  const services = new Map<string, ServiceMetrics>();
  return {
    add(service: string, values: Values) {
      const defined = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
      if (defined.length === 0) return;
      const metrics = services.get(service) ?? serviceMetrics(namespace, service);
      services.set(service, metrics);
      publish(metrics);
      for (const [name, value] of defined) {
        metrics.addMetric(name, IN_MILLISECONDS.has(name) ? MetricUnit.Milliseconds : MetricUnit.Count, value);
      }
    },
    flush() {
      for (const metrics of services.values()) publish(metrics);
    },
  };
}

/** Prints the collected metrics of a service. Without any, Powertools would print a warning. */
function publish(metrics: ServiceMetrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
