export { type PrometheusObserver, prometheusObserver, type TickFigures } from './prometheus.ts';
export {
  type Exposition,
  type MetricsAddress,
  type MetricsServer,
  type MetricsServerOptions,
  metricsServer,
  metricsSettings,
} from './server.ts';
