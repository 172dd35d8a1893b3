export { type Classification, type Classify, classifyCritical, classifyLoop } from './classify.ts';
export {
  LeaseLostError,
  NotImplementedError,
  RunCrashedError,
  RunTimedOutError,
  ServiceHaltedError,
  StoppedError,
  UnreadableStateError,
} from './errors.ts';
export type {
  Acquired,
  AcquireRequest,
  Claim,
  Committed,
  CrashStory,
  Log,
  Observer,
  Ports,
  StateStore,
} from './ports.ts';
export {
  defineService,
  invocationTimeout,
  type RunContext,
  type Service,
  type ServiceOptions,
  type Surroundings,
  withInterval,
} from './service.ts';
export type { Bypassed, TickStory } from './story.ts';
