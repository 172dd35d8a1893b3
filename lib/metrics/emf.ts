/**
 * Metrics in CloudWatch's embedded metric format: lines on standard output, which need no request. The only dimension
 * of each metric is `service`. Powertools reads switches of its own from the environment (`POWERTOOLS_DEV` or
 * `POWERTOOLS_METRICS_DISABLED` turns the metrics off).
 *
 * For each service, in unit Count:
 *
 *   FailureStreak  failures since the last success: at each run, each crash, and 0 at a resume
 *   Halted         1 while the service is halted, else 0: at each tick except duplicate and late ones, each crash, and
 *                  0 at a resume
 *
 * With `detailed` also, in the same documents:
 *
 *   Duration       milliseconds, at each run that ended
 *   Lateness       milliseconds from the due time to the start, at each tick except duplicate and late ones
 *   Overrun        milliseconds beyond the interval, at each run that took longer
 *   SkippedBackoff, SkippedDuplicate, SkippedHalted, SkippedLate, SkippedOverlap, SkippedPaused
 *                  1 at each tick skipped for that reason
 *
 * For each watched service:
 *
 *   Overdue        1 while the service is overdue, else 0
 *
 * CloudWatch bills a metric for the hours in which it has samples. Each service has two metrics. With `detailed` a
 * service without failures has four (Duration and Lateness), and one more for each of the seven others in the hours in
 * which it occurs: eleven at most. A dimension for the reason would cost the same and need a second document for each
 * skip, since the metrics of one document share their dimensions.
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SkipReason } from '../rules/index.ts';
import { refuseOptions, type Surroundings } from '../service/index.ts';
import type { Observer, TickEvent } from '../tick/index.ts';
import { describesService } from './describes-service.ts';

/** The namespace of the embedded metrics, and whether they are detailed. */
export interface EmfOptions {
  /** The CloudWatch namespace. @default 'Tickover' */
  readonly namespace?: string;
  /**
   * Whether to add duration, lateness, overrun and skips by reason: up to nine more metrics for each service.
   * @default false
   */
  readonly detailed?: boolean;
}

const DEFAULT_NAMESPACE = 'Tickover';

/**
 * The form of a namespace. Namespaces that begin with `AWS/` are reserved for Amazon; CloudWatch refuses one that
 * begins with a colon.
 */
const NAMESPACE = /^(?!AWS\/)(?!:)[\w.\-/#: ]{1,255}$/;

/**
 * Reads `TICKOVER_METRICS_NAMESPACE` (default 'Tickover') and `TICKOVER_DETAILED_METRICS` (default false). An empty
 * variable counts as missing.
 */
export function emfOptionsIn(env: Surroundings['env']): Required<EmfOptions> {
  return {
    namespace: env['TICKOVER_METRICS_NAMESPACE'] || DEFAULT_NAMESPACE,
    detailed: env['TICKOVER_DETAILED_METRICS'] === 'true',
  };
}

/** Returns the faults of these variables, each as `variable: expected ..., got ...`. */
export function emfFaults(env: Surroundings['env']): string[] {
  const { TICKOVER_METRICS_NAMESPACE: namespace = '', TICKOVER_DETAILED_METRICS: detailed = '' } = env;
  const faults: string[] = [];
  if (namespace !== '' && !(NAMESPACE.test(namespace) && namespace.trim() !== '')) {
    faults.push(
      `TICKOVER_METRICS_NAMESPACE: expected 1 to 255 letters, digits, spaces or . - _ / # :, not beginning with 'AWS/' or ':', got '${namespace}'`,
    );
  }
  if (!['', 'true', 'false'].includes(detailed)) {
    faults.push(`TICKOVER_DETAILED_METRICS: expected 'true' or 'false', got '${detailed}'`);
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

/** An observer that writes embedded metrics in `flush`, synchronously, so that the process may end right after it. */
export function emfObserver(options: EmfOptions = {}): Observer {
  refuseOptions('emfObserver', options, { namespace: 'text', detailed: 'flag' });
  return emfObserverOf(options);
}

/** The same observer, of options that are known to be good, such as those of {@link emfOptionsIn}. */
export function emfObserverOf({ namespace = DEFAULT_NAMESPACE, detailed = false }: EmfOptions): Observer {
  const { add, flush } = emfDocuments(namespace);
  return {
    runCrashed: ({ service, streak, halted }) => add(service, { FailureStreak: streak, Halted: Number(halted) }),
    tickEnded: (tickEvent) =>
      add(tickEvent.service, { ...valuesOf(tickEvent), ...(detailed ? detailsOf(tickEvent) : {}) }),
    resumed: (service) => add(service, { FailureStreak: 0, Halted: 0 }),
    flush,
  };
}

/** The metric `Overdue`, written in `flush` as by {@link emfObserver}. */
export function overdueEmf({ namespace = DEFAULT_NAMESPACE }: EmfOptions = {}) {
  const { add, flush } = emfDocuments(namespace);
  return { set: (service: string, overdue: boolean) => add(service, { Overdue: Number(overdue) }), flush };
}

function valuesOf({ disposition, reason, state }: TickEvent): Values {
  if (!describesService(reason)) return {};
  return {
    FailureStreak: disposition === 'ran' ? state.streak : undefined,
    Halted: Number(state.halt !== undefined),
  };
}

/** The detailed metrics of a tick. A run without an outcome did not end, so it has no duration. */
function detailsOf({ reason, outcome, durationMs, latenessMs, overrunMs }: TickEvent): Values {
  return {
    ...(reason === undefined ? {} : { [SKIPPED[reason]]: 1 }),
    Duration: outcome && durationMs,
    // Clocks disagree: a tick that starts before its due time has lateness 0.
    Lateness: latenessMs === undefined || !describesService(reason) ? undefined : Math.max(0, latenessMs),
    Overrun: outcome && overrunMs,
  };
}

/** The metrics of one document by name; those that are undefined are left out. */
type Values = Readonly<Record<string, number | undefined>>;

const IN_MILLISECONDS: ReadonlySet<string> = new Set(['Duration', 'Lateness', 'Overrun']);

/** Collects documents, one for each call of `add`, since a document has one value for each metric. */
function emfDocuments(namespace: string) {
  const services = new Map<string, Metrics>();
  return {
    add(service: string, values: Values) {
      const defined = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
      if (defined.length === 0) return;
      const metrics = services.get(service) ?? new Metrics({ namespace, serviceName: service });
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

/** Writes the metrics, if there are any. Powertools would warn about an empty document, which is common. */
function publish(metrics: Metrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
