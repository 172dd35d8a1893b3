export { emfObserver } from './emf.ts';
export { type EmfOptions, emfFaults, emfOptionsIn } from './emf-options.ts';
export { type OverdueEmf, overdueEmf } from './overdue.ts';
export { type PrometheusObserver, prometheusObserver, type TickFigures } from './prometheus.ts';
export {
  type Exposition,
  type MetricsAddress,
  type MetricsServer,
  type MetricsServerOptions,
  metricsServer,
} from './server.ts';
export { type MetricsSettings, metricsSettings } from './settings.ts';
