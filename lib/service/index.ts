export { clientSettings } from './aws-client.ts';
export { brandedHandler, isService, serviceOfHandler } from './brand.ts';
export { buildId, COMMONJS } from './build-id.ts';
export {
  type Classification,
  type Classify,
  classifyCritical,
  classifyLoop,
  classifySafely,
  classifyTolerant,
} from './classify.ts';
export { defineService, withInterval } from './define-service.ts';
export {
  haltedError,
  isUnreadableState,
  LeaseLostError,
  NotImplementedError,
  RunCrashedError,
  RunTimedOutError,
  SecretsUnavailableError,
  ServiceHaltedError,
  StoppedError,
  UnreadableStateError,
} from './errors.ts';
export { type Exhausted, exhaustionIn } from './exhaustion.ts';
export { HttpStatusError, raiseForStatus } from './http.ts';
export { type CheckedInput, checkInput, type InputIssue } from './input/check-input.ts';
export type { SchemaIssue, SchemaResult, StandardSchema } from './input/standard-schema.ts';
export { refuseOptions, type Shape, shapeFaults, unknownNameFault } from './known-options.ts';
export { type Log, logTo, safeLog } from './log.ts';
export { ownFile } from './own-file.ts';
export { isInLambda } from './platform.ts';
export { prepareOnce } from './prepare-once.ts';
export type { DeclaredSecret, SecretReference } from './secrets/declared.ts';
export { environmentSecrets, noReader } from './secrets/environment-secrets.ts';
export { NO_SECRETS, type RunSecrets, runSecrets, type Secrets, type SecretsReader } from './secrets/run-secrets.ts';
export type { RunContext, Service, ServiceOptions, Surroundings } from './service.ts';
export {
  ACQUIRE_LIMIT,
  CONNECT_TIMEOUT,
  FARTHEST_DUE,
  FIRST_RETRY_WAIT,
  FLUSH_LIMIT,
  GRACE,
  invocationTimeout,
  LONGEST_LEASE,
  LONGEST_RETRY_WAIT,
  latenessTolerance,
  longestTimeout,
  NOTIFY_TIME,
  ONE_TRY,
  RELEASE_LIMIT,
  REQUEST_TIMEOUT,
  REQUEST_TRIES,
  SCHEDULER_PRECISION,
  SECRETS_REQUEST_TIMEOUT,
  SEND_LIMIT,
  SEND_REQUEST_TIMEOUT,
  STORE_LIMIT,
  WEBHOOK_LIMIT,
} from './time-budget.ts';
export { readIntervalVariable, unknownVariableWarnings, variableFaults } from './variables.ts';
