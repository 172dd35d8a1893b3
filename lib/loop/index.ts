export {
  type Iteration,
  type Loop,
  type LoopOptions,
  LoopRunningError,
  type Pace,
  type StartOptions,
  type StopOptions,
} from './loop.ts';
export { createLoop, runLoop } from './run-loop.ts';
export { LoopsFailedError, runMany } from './run-many.ts';
export { onStopSignal, type SignalSource, type StopSignal } from './signals.ts';
