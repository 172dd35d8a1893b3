export { type Classification, type Classify, classifyCritical, classifyLoop, classifyTolerant } from './classify.ts';
export type { Enclose, EnclosedRun } from './enclosure.ts';
export {
  LeaseLostError,
  NotImplementedError,
  RunCrashedError,
  RunTimedOutError,
  ServiceHaltedError,
  StoppedError,
  UnreadableStateError,
} from './errors.ts';
export { HttpStatusError, raiseForStatus } from './http.ts';
export {
  type Iteration,
  type Loop,
  type LoopOptions,
  LoopRunningError,
  type Pace,
  type StartOptions,
  type StopOptions,
} from './loop-options.ts';
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
export { preparedOnce } from './prepared-once.ts';
export { type Firing, runFiring } from './run-firing.ts';
export { createLoop, runLoop } from './run-loop.ts';
export { LoopsFailedError, runMany } from './run-many.ts';
export { runTick } from './run-tick.ts';
export {
  defineService,
  invocationTimeout,
  type RunContext,
  type Service,
  type ServiceOptions,
  type Surroundings,
  withInterval,
} from './service.ts';
export { onStopSignal, type SignalSource, type StopSignal } from './signals.ts';
export type { Bypassed, TickStory } from './story.ts';
export type { Invocation } from './tick-run.ts';
