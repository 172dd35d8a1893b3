/** The settings of the metrics server, read from environment variables that are handed in. */

import { InvalidOptionsError } from '../rules/index.ts';
import { isInLambda } from '../service/index.ts';

/** Whether and where metrics are served. */
export interface MetricsSettings {
  readonly enabled: boolean;
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
}

const DEFAULT_HOST = '127.0.0.1';
/** Upstream's default too. */
const DEFAULT_PORT = 4201;

const SWITCH = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/**
 * Reads `TICKOVER_METRICS_ENABLED` (default false), `TICKOVER_METRICS_PORT` (4201) and `TICKOVER_METRICS_HOST` (127.0.0.1);
 * an empty value is none. Inside Lambda nothing is read and nothing is served: metrics leave as embedded metric format.
 * @throws InvalidOptionsError naming every variable at fault, what was expected and what came
 */
export function metricsSettings(env: Readonly<Record<string, string | undefined>>): MetricsSettings {
  const { TICKOVER_METRICS_ENABLED, TICKOVER_METRICS_PORT, TICKOVER_METRICS_HOST } = env;
  if (isInLambda(env)) return { enabled: false, host: DEFAULT_HOST, port: DEFAULT_PORT };
  const enabled = TICKOVER_METRICS_ENABLED || 'false';
  const port = TICKOVER_METRICS_PORT || String(DEFAULT_PORT);
  const faults: string[] = [];
  if (!SWITCH.has(enabled)) {
    faults.push(`TICKOVER_METRICS_ENABLED: expected 'true', 'false', '1' or '0', got '${enabled}'`);
  }
  if (!isPort(port)) faults.push(`TICKOVER_METRICS_PORT: expected a port from 0 to 65535, got '${port}'`);
  if (faults.length > 0) throw new InvalidOptionsError('metrics', faults);
  return { enabled: SWITCH.get(enabled) === true, host: TICKOVER_METRICS_HOST || DEFAULT_HOST, port: Number(port) };
}

function isPort(written: string): boolean {
  return /^\d{1,5}$/.test(written) && Number(written) <= 65_535;
}
