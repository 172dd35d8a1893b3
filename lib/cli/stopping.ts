/** Ends a command in steps after a signal. */
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import type { Stopping } from '../local/index.ts';
import { onStopSignal, type SignalSource, type StopSignal } from '../loop/index.ts';
import { type Clock, SECOND, systemClock } from '../time/index.ts';

/** How long a run under way may take to finish, and, after that, to obey its stop signal. */
const STEP = 5 * SECOND;
/** Signals closer together than this count as one: npm repeats a signal that the terminal has sent to every process. */
const ONE_SIGNAL = SECOND / 2;

/** The signals that stop a command. A terminal that is closed sends SIGHUP. */
const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A command that ends in steps. */
export interface StoppingCommand extends Stopping {
  /** Starts to stop the command, as the first signal does. */
  readonly begin: () => void;
}

/** The parts of the process that a test replaces. */
interface Parts {
  readonly clock: Clock;
  readonly source: SignalSource;
  readonly leave: () => void;
}

/**
 * From this call on, the first SIGINT, SIGTERM or SIGHUP lets runs under way finish. A second signal, or 5 s, asks them
 * to stop early. After 5 s more, the process exits with code 1.
 * @param show called with a line at each step
 */
export function stopOnSignal(
  show: (line: string) => void,
  { clock = systemClock, source = process, leave = () => process.exit(1) }: Partial<Parts> = {},
): StoppingCommand {
  const closing = new AbortController();
  const hurried = new AbortController();
  const stop = new AbortController();
  // Every service adds listeners to both signals.
  setMaxListeners(0, closing.signal, stop.signal);
  let askedAt = 0;
  const stopInSteps = async () => {
    show('stopping: runs under way may finish');
    closing.abort();
    await clock.sleep(STEP, hurried.signal);
    show('stopping: runs under way are asked to yield');
    stop.abort();
    await clock.sleep(STEP);
    show('a run does not yield; the next tick counts it as crashed');
    leave();
  };
  const begin = () => {
    if (!closing.signal.aborted) void stopInSteps();
  };
  const onSignal = () => {
    const now = clock.now();
    if (!closing.signal.aborted) begin();
    // An absolute difference, since the clock may have been set back between the two signals.
    else if (Math.abs(now - askedAt) > ONE_SIGNAL) hurried.abort();
    askedAt = now;
  };
  onStopSignal(onSignal, source, SIGNALS);
  return { closing: closing.signal, stop: stop.signal, begin };
}
