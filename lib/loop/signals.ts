import process from 'node:process';

/** An object that emits SIGINT, SIGTERM and SIGHUP: the process, or a substitute in a test. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

/** A signal that asks a process to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The signals that stop a loop. A SIGHUP keeps its usual effect. */
const LOOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/**
 * Calls `stop` at each of the signals until the returned function is called. `stop` must accept repeated calls, since a
 * Ctrl+C can reach the process twice: from the terminal and from npm.
 */
export function onStopSignal(
  stop: () => void,
  source: SignalSource = process,
  signals: readonly StopSignal[] = LOOP_SIGNALS,
): () => void {
  for (const signal of signals) source.on(signal, stop);
  return () => {
    for (const signal of signals) source.off(signal, stop);
  };
}
