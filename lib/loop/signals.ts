/** The signals by which a process is asked to end. */
import process from 'node:process';

/** The source of signals: the process, or a substitute in a test. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A loop leaves SIGHUP to its process. */
const LOOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/**
 * Calls `stop` on each of the signals (by default SIGINT and SIGTERM) until the returned function is called; from then
 * on the signals do what they did before. A signal that comes twice (npm passes on what the terminal sends to both)
 * asks no more than one.
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
