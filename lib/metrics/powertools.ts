/**
 * Makes the `Metrics` of Powertools so that no environment variable silences them, since alarms depend on them.
 * `POWERTOOLS_METRICS_DISABLED` and `POWERTOOLS_DEV` still silence metrics that a workload makes itself.
 */
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Surroundings } from '../service/index.ts';

const SWITCHES = ['POWERTOOLS_DEV', 'POWERTOOLS_METRICS_DISABLED'] as const;

/** The lower-case values with which the variables in SWITCHES are off. */
const OFF = new Set(['', '0', 'n', 'no', 'f', 'false', 'off']);

/** The part of Powertools' `Metrics` that Tickover uses. Powertools' own type needs the types of other packages. */
export interface ServiceMetrics {
  addMetric(name: string, unit: 'Count' | 'Milliseconds', value: number): void;
  hasStoredMetrics(): boolean;
  publishStoredMetrics(): void;
}

/**
 * Makes the `Metrics` of one service. Powertools reads the variables in SWITCHES in its constructor, so they are
 * removed from the environment during this call only.
 */
export function serviceMetrics(namespace: string, service: string): ServiceMetrics {
  const given = SWITCHES.map((name) => [name, process.env[name]] as const);
  for (const [name] of given) delete process.env[name];
  try {
    return new Metrics({ namespace, serviceName: service });
  } finally {
    for (const [name, value] of given) if (value !== undefined) process.env[name] = value;
  }
}

/** Returns a warning for each variable in SWITCHES that is on, since it doesn't silence the metrics of Tickover. */
export function emfWarnings(env: Surroundings['env']): string[] {
  return SWITCHES.filter((name) => !OFF.has((env[name] ?? '').trim().toLowerCase())).map(
    (name) => `environment: ${name} is set; it doesn't silence the metrics of Tickover`,
  );
}
