export type { Found, OverdueMetric, StatesReader, Waits } from './ports.ts';
export { type Watch, type WatchCounts, watch } from './watch.ts';
export { WATCHED_VARIABLE, type Watched, watchedIn, watchedOf, watchedVariables } from './watched.ts';
