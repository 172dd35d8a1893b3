export { checkServices, type Watchdog, type WatchdogResult } from './check-services.ts';
export { isRemoved, type MemoryPart, removedServices } from './memory.ts';
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
export { type HistoryAnswer, historyAnswer, type ListAnswer, listServices, type Own } from './queries.ts';
export { senderFaults, sendersIn, stackIn } from './senders/senders-in.ts';
export {
  type Cadence,
  type ListedService,
  type ListedStatus,
  type ServiceSummary,
  summarize,
  summarizeRemoved,
} from './summary.ts';
export {
  type DeployedFunction,
  inOrder,
  parseWatchedServices,
  WATCHED_VARIABLE,
  type WatchedService,
  watchdogVariables,
  watchedServiceOf,
} from './watched-service.ts';
