/** The signals by which a process is asked to end. */
import process from 'node:process';

/** Where signals come from: the process, or a test's stand-in. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/**
 * Calls `stop` on each SIGINT and SIGTERM until the returned function is called; from then on the signals do what they
 * did before. A signal that comes twice (npm passes on what the terminal sends to both) asks no more than one.
 */
export function onStopSignal(stop: () => void, source: SignalSource = process): () => void {
  for (const signal of STOP_SIGNALS) source.on(signal, stop);
  return () => {
    for (const signal of STOP_SIGNALS) source.off(signal, stop);
  };
}
