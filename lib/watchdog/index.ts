export { type Watch, type WatchCounts, watch } from './check-services.ts';
export type { Found, OverdueMetric, StatesReader, Waits } from './ports.ts';
export { WATCHED_VARIABLE, type Watched, watchedIn, watchedOf, watchedVariables } from './watched-service.ts';
