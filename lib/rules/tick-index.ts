export {
  type AdmissionRequest,
  admit,
  haltHolds,
  haltIsOutdated,
  isBackingOff,
  leaseIsLive,
  pauseHolds,
} from './admit.ts';
export { RECORD_RETENTION_DAYS, type RunRecord } from './run-record.ts';
export { RING_SIZE, type RunLine, readRing, withRun, writeRing } from './run-ring.ts';
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
export { type EndedRun, HALT_CAUSE_BYTES, type Rules, type Settled, settle } from './settle.ts';
export { nextRunDue, type Status, statusOf, statusSince } from './status.ts';
export type { Delivery, Disposition, ManualTick, ScheduledTick, SkipReason, Tick } from './tick.ts';
