/**
 * Metrics out of Lambda: lines in CloudWatch's embedded metric format on standard output, which cost no call. Two metrics a
 * service, with the dimension `service` alone, both in unit Count:
 *
 *   FailureStreak  failures since the last success: at each run, each crash booking, and 0 at a resume
 *   Halted         1 while the service is halted, else 0: at each heard tick, each crash booking, and 0 at a resume
 *
 * Powertools reads its own switches from the environment (`POWERTOOLS_DEV` or `POWERTOOLS_METRICS_DISABLED` silence it).
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Observer } from '../runner/index.ts';
import { isHeard } from './heard.ts';

/** What the embedded metrics are filed under. */
export interface EmfOptions {
  /** CloudWatch's namespace. @default 'Tickover' */
  readonly namespace?: string;
}

type Sample = Readonly<Partial<Record<'FailureStreak' | 'Halted', number>>>;

/**
 * An observer that writes embedded metrics. They leave with `flush`, at once and synchronously, so that a process may end
 * right after it. A document holds one value of each metric: what a second story tells goes into a document of its own.
 */
export function emfObserver({ namespace = 'Tickover' }: EmfOptions = {}): Observer {
  const services = new Map<string, Metrics>();
  const metricsOf = (service: string): Metrics => {
    const metrics = services.get(service) ?? new Metrics({ namespace, serviceName: service });
    services.set(service, metrics);
    return metrics;
  };
  const tell = (service: string, sample: Sample) => {
    const metrics = metricsOf(service);
    publish(metrics);
    for (const [name, value] of Object.entries(sample)) metrics.addMetric(name, MetricUnit.Count, value);
  };
  return {
    crashBooked: ({ service, streak, halted }) => tell(service, { FailureStreak: streak, Halted: asNumber(halted) }),
    tickEnded: (story) => {
      if (!isHeard(story)) return;
      const halted = asNumber(story.state.halt !== undefined);
      const ran = story.disposition === 'ran';
      tell(story.service, ran ? { FailureStreak: story.state.streak, Halted: halted } : { Halted: halted });
    },
    resumed: (service) => tell(service, { FailureStreak: 0, Halted: 0 }),
    flush: () => {
      for (const metrics of services.values()) publish(metrics);
    },
  };
}

/** Powertools warns when there is nothing to publish, which is how it mostly is. */
function publish(metrics: Metrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

function asNumber(flag: boolean): number {
  return flag ? 1 : 0;
}
