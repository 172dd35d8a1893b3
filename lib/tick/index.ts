export { flushObservers, notifyObservers } from './notify.ts';
export type {
  Acquired,
  AcquireRequest,
  Claim,
  CommitAnswer,
  CrashEvent,
  Observer,
  Ports,
  Refused,
  StateStore,
} from './ports.ts';
export { type Firing, runFiring } from './run-firing.ts';
export { runTick } from './run-tick.ts';
export type { Invocation } from './tick-context.ts';
export type { TickEvent } from './tick-event.ts';
