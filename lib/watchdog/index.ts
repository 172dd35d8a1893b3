export { checkServices, type Watchdog, type WatchdogResult } from './check-services.ts';
export type { MemoryPart } from './memory.ts';
export { type Change, type ChangeKind, type Notice, TROUBLES, type TroubleKind } from './notice.ts';
export type {
  CheckContext,
  Found,
  HealthMetrics,
  MemoryStore,
  RunKey,
  Sender,
  StatesReader,
} from './ports.ts';
export { senderFaults, sendersIn, stackIn } from './senders/senders-in.ts';
export {
  type DeployedFunction,
  inOrder,
  parseWatchedServices,
  WATCHED_VARIABLE,
  type WatchedService,
  watchdogVariables,
  watchedServiceOf,
} from './watched-service.ts';
