export {
  type AdmissionRequest,
  admit,
  haltHolds,
  haltIsOutdated,
  isBackingOff,
  leaseIsLive,
  pauseHolds,
} from './admission.ts';
export { type EndedRun, HALT_CAUSE_BYTES, type Rules, type Settled, settle } from './apply-run.ts';
export { type Book, enter, type Ledger, note, openLedger } from './apply-runs.ts';
export { delayAfter, stretchedInterval } from './delay.ts';
export { InvalidOptionsError } from './invalid-options.ts';
export { clampedPoissonInterval, exponentialCdf, lowerClampMultiple, poissonInterval } from './jitter.ts';
export { fitRecord, freshState, type LoopState } from './loop-state.ts';
export type { Failure, Outcome, OutcomeKind } from './outcome.ts';
export { definePolicy, fillPolicy, type Kind, type Policy, type PolicyOptions, policyFaults, shown } from './policy.ts';
export { overrunLine, RESET_LINE, THRESHOLD_CAUSE } from './report.ts';
export { RING_SIZE, type RunLine, readRing, withRun, writeRing } from './run-history.ts';
export { RECORD_RETENTION_DAYS, type RunRecord } from './run-record.ts';
export {
  cronFault,
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
  type Halt,
  holdsCommit,
  type Lease,
  loopStateOf,
  type Pause,
  type ServiceState,
  startedAfresh,
  UNKNOWN,
} from './service-state.ts';
export { nextRunDue, type Status, statusOf, statusSince } from './status.ts';
export { type FailedOutcome, propagates, type Step, step, type Verdict, wouldTrip } from './step.ts';
export type { Delivery, Disposition, ManualTick, ScheduledTick, SkipReason, Tick } from './tick.ts';
