/**
 * Lines in CloudWatch's embedded metric format on standard output, which cost no call. Every metric has the dimension
 * `service` alone. Powertools reads its own switches from the environment (`POWERTOOLS_DEV` or `POWERTOOLS_METRICS_DISABLED`
 * silence it).
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Counts and, where a name is of a time, milliseconds: what one document tells of a service. */
export interface Sample {
  readonly counts?: Readonly<Record<string, number>>;
  readonly milliseconds?: Readonly<Record<string, number>>;
}

/** Writes documents. */
export interface EmfLines {
  /** Notes a sample; it leaves with the next flush. */
  add(service: string, sample: Sample): void;
  /** Everything noted leaves at once and synchronously, so that the process may end right after it. */
  flush(): void;
}

/** Lines filed under the namespace. A document holds one value of each metric: a second sample goes into a document of its own. */
export function emfLines(namespace: string): EmfLines {
  const services = new Map<string, Metrics>();
  const metricsOf = (service: string): Metrics => {
    const metrics = services.get(service) ?? new Metrics({ namespace, serviceName: service });
    services.set(service, metrics);
    return metrics;
  };
  return {
    add(service, { counts = {}, milliseconds = {} }) {
      const metrics = metricsOf(service);
      publish(metrics);
      for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
      for (const [name, value] of Object.entries(milliseconds)) metrics.addMetric(name, MetricUnit.Milliseconds, value);
    },
    flush() {
      for (const metrics of services.values()) publish(metrics);
    },
  };
}

/** Powertools warns when there is nothing to publish, which is how it mostly is. */
function publish(metrics: Metrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
