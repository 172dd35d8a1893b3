/** Handles the signals that ask a process to end. */
import process from 'node:process';

/** An object that emits process signals: the process itself, or a substitute in a test. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The signals that stop a loop. SIGHUP is not among them: a loop doesn't change what it does to the process. */
const LOOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/**
 * Calls `stop` whenever one of `signals` arrives, until the returned function is called; after that the signals have
 * the effect that they had before. `stop` must accept repeated calls: Ctrl+C in a terminal sends a signal to npm and to
 * the process itself, and npm passes its signal on, so that the process gets two.
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
