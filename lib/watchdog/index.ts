export { look, type Watchdog, type WatchdogResult } from './look.ts';
export type { MemoryPart } from './memory.ts';
export { type Change, type ChangeKind, type Notice, TROUBLES, type TroubleKind } from './notice.ts';
export type {
  Found,
  HealthMetrics,
  LookContext,
  MemoryStore,
  RunKey,
  Sender,
  StatesReader,
} from './ports.ts';
export {
  type DeployedFunction,
  inOrder,
  parseWatchedServices,
  WATCHED_VARIABLE,
  type WatchedService,
  watchdogVariables,
  watchedServiceOf,
} from './watched-service.ts';
