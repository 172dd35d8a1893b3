export {
  type Classification,
  type Classify,
  classifyCritical,
  classifyLoop,
  classifySafely,
  classifyTolerant,
} from './classify.ts';
export {
  defineService,
  invocationTimeout,
  type RunContext,
  type Service,
  type ServiceOptions,
  type Surroundings,
  withInterval,
} from './define-service.ts';
export {
  haltedError,
  LeaseLostError,
  NotImplementedError,
  RunCrashedError,
  RunTimedOutError,
  ServiceHaltedError,
  StoppedError,
  UnreadableStateError,
} from './errors.ts';
export { HttpStatusError, raiseForStatus } from './http.ts';
export { type Log, safeLog } from './log.ts';
export { isInLambda } from './platform.ts';
export { prepareOnce } from './prepare-once.ts';
