export { type Watchdog, type WatchdogResult, watch } from './check-services.ts';
export type { Found, OverdueMetric, StatesReader, Waits } from './ports.ts';
export {
  parseWatchedServices,
  WATCHED_VARIABLE,
  type WatchedService,
  watchdogVariables,
  watchedServiceOf,
} from './watched-service.ts';
