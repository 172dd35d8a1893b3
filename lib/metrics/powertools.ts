/**
 * Metrics of Powertools that no variable of the environment silences. Powertools reads two switches when a `Metrics` is
 * made: `POWERTOOLS_METRICS_DISABLED` drops every document, and throws if it is neither yes nor no; `POWERTOOLS_DEV`
 * drops them too. Alarms rest on the metrics of Tickover, so these are made while the switches are hidden. The metrics
 * that a workload makes by itself still heed them.
 */
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Surroundings } from '../service/index.ts';

const SWITCHES = ['POWERTOOLS_DEV', 'POWERTOOLS_METRICS_DISABLED'] as const;

/** Values that switch nothing on; Powertools compares them in lower case. */
const OFF = new Set(['', '0', 'n', 'no', 'f', 'false', 'off']);

/** Makes the metrics of one service; both switches are in the environment again when it returns. */
export function serviceMetrics(namespace: string, service: string): Metrics {
  const given = SWITCHES.map((name) => [name, process.env[name]] as const);
  for (const [name] of given) delete process.env[name];
  try {
    return new Metrics({ namespace, serviceName: service });
  } finally {
    for (const [name, value] of given) if (value !== undefined) process.env[name] = value;
  }
}

/** A warning for each switch that is on: it would silence Powertools' metrics, and doesn't silence Tickover's. */
export function emfWarnings(env: Surroundings['env']): string[] {
  return SWITCHES.filter((name) => !OFF.has((env[name] ?? '').trim().toLowerCase())).map(
    (name) => `environment: ${name} is set; it doesn't silence the metrics of Tickover`,
  );
}
