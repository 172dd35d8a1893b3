export {
  type AdmissionRequest,
  admit,
  type BackoffRules,
  haltHolds,
  isBackingOff,
  leaseIsLive,
  type Obstacle,
  obstacles,
  pauseHolds,
  stateFoundBy,
  withinBackoff,
} from './admission.ts';
export { type AppliedRun, applyRun, type EndedRun, type Rules } from './apply-run.ts';
export { type AppliedRuns, applyRuns } from './apply-runs.ts';
export { splitCron } from './cron/fields.ts';
export { delayAfter, stretchedInterval } from './delay.ts';
export { InvalidOptionsError, isInvalidOptions } from './invalid-options.ts';
export {
  clampedPoissonInterval,
  exponentialCdf,
  flexibleWindow,
  lowerClampMultiple,
  poissonInterval,
} from './jitter.ts';
export {
  defaultWords,
  expectedWords,
  LIMITS,
  type Limit,
  type LimitedOption,
  limitFaults,
  optionFault,
} from './limits.ts';
export { firstLoopState, fitTrackRecord, type LoopState } from './loop-state.ts';
export type { Outcome, OutcomeKind } from './outcome.ts';
export {
  fillPolicy,
  type Policy,
  type PolicyOptions,
  policyFaults,
  type ServiceKind,
} from './policy.ts';
export {
  hasNeverRun,
  hasOpenRun,
  type Moment,
  missedDue,
  newestTick,
  nextRunDue,
  type Punctuality,
} from './punctuality.ts';
export { overrunLine, RESET_LINE, THRESHOLD_CAUSE } from './report.ts';
export {
  appendRun,
  formatRunHistory,
  HISTORY_SIZE,
  parseRunHistory,
  type RunEntry,
  type ShownRun,
  shownRuns,
} from './run-history.ts';
export { RECORD_RETENTION_DAYS, type RunRecord } from './run-record.ts';
export {
  countedDue,
  cronFault,
  cronFaults,
  FIRING_PERIOD,
  floorToGrid,
  hasSlots,
  isAligned,
  latestDue,
  nextDue,
  notBeforeAfter,
  type Schedule,
  slotsOf,
} from './schedule.ts';
export {
  ASKED,
  containsCommit,
  freshStart,
  type Halt,
  type Lease,
  NEVER_RUN,
  type Pause,
  type ServiceState,
  type ShownPause,
  shownPause,
  toLoopState,
} from './service-state.ts';
export { isRunning, type Status, serviceStatus, statusSince } from './status.ts';
export { propagates, type Step, step, type Verdict, wouldTrip } from './step.ts';
export type { Delivery, Disposition, ManualTick, ScheduledTick, SkipReason, Tick } from './tick.ts';
