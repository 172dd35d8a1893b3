export { type EmfOptions, emfObserver } from './emf.ts';
export { type PrometheusObserver, prometheusObserver, type TickFigures } from './prometheus.ts';
export {
  type Exposition,
  type MetricsAddress,
  type MetricsServer,
  type MetricsServerOptions,
  metricsServer,
} from './server.ts';
export { type MetricsSettings, metricsSettings } from './settings.ts';
