/** The metrics of the process itself: memory, processor time, event loop, garbage collection. */
import { collectDefaultMetrics, type Registry } from 'prom-client';

/**
 * Gauges whose names end like a counter's, which `promtool` refuses. Nothing is lost: each is the sum of the gauge of the
 * same name without `_total`, which tells them by type.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Registers prom-client's process metrics, those left out that Prometheus's naming rules forbid. */
export function registerProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
