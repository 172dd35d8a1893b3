export { checkServices, type Watchdog, type WatchdogResult } from './check-services.ts';
export type { Found, OverdueMetric, StatesReader } from './ports.ts';
export {
  parseWatchedServices,
  WATCHED_VARIABLE,
  type WatchedService,
  watchdogVariables,
  watchedServiceOf,
} from './watched-service.ts';
