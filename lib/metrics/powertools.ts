/**
 * Makes metrics by Powertools that no environment variable silences. Powertools reads two variables when a `Metrics` is
 * made: `POWERTOOLS_METRICS_DISABLED` drops every document, and throws if its value is neither yes nor no;
 * `POWERTOOLS_DEV` drops every document too. Alarms depend on the metrics of Tickover, so both variables are removed
 * from the environment while Tickover makes its own `Metrics`. They still apply to metrics that a workload makes
 * itself.
 */
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Surroundings } from '../service/index.ts';

const SWITCHES = ['POWERTOOLS_DEV', 'POWERTOOLS_METRICS_DISABLED'] as const;

/**
 * The values with which POWERTOOLS_DEV and POWERTOOLS_METRICS_DISABLED silence nothing. Powertools compares them in
 * lower case.
 */
const OFF = new Set(['', '0', 'n', 'no', 'f', 'false', 'off']);

/**
 * Makes the `Metrics` of one service. The variables in SWITCHES are removed from the environment only until this
 * function returns.
 */
export function serviceMetrics(namespace: string, service: string): Metrics {
  const given = SWITCHES.map((name) => [name, process.env[name]] as const);
  for (const [name] of given) delete process.env[name];
  try {
    return new Metrics({ namespace, serviceName: service });
  } finally {
    for (const [name, value] of given) if (value !== undefined) process.env[name] = value;
  }
}

/**
 * Returns a warning for each variable in SWITCHES that is on, since it silences the metrics that a workload makes
 * itself and not those of Tickover. The list is empty if both are off.
 */
export function emfWarnings(env: Surroundings['env']): string[] {
  return SWITCHES.filter((name) => !OFF.has((env[name] ?? '').trim().toLowerCase())).map(
    (name) => `environment: ${name} is set; it doesn't silence the metrics of Tickover`,
  );
}
