export {
  type EmfOptions,
  type EmfSettings,
  emfFaults,
  emfObserver,
  emfOptionsIn,
  healthEmf,
} from './emf.ts';
export { emfWarnings } from './powertools.ts';
export { type PrometheusObserver, prometheusObserver, type TickFigures } from './prometheus.ts';
export {
  type Exposition,
  type MetricsAddress,
  type MetricsServer,
  type MetricsServerOptions,
  metricsServer,
  metricsSettings,
} from './server.ts';
