/**
 * Ends a command after a signal such as Ctrl+C in two steps of 5 s each: in the first a run under way may finish, in
 * the second its stop signal asks it to.
 */
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import type { Stopping } from '../local/index.ts';
import { onStopSignal, type SignalSource, type StopSignal } from '../loop/index.ts';
import { type Clock, SECOND, systemClock } from '../time/index.ts';

/**
 * The time between two steps, in milliseconds. After the first step a run under way has this time to finish, and after
 * the second to obey its stop signal.
 */
const STEP = 5 * SECOND;
/**
 * The time within which two signals count as one, in milliseconds. The terminal sends a signal to every process of a
 * command, and npm then repeats it.
 */
const ONE_SIGNAL = SECOND / 2;

/** The signals that stop a command. A terminal sends SIGHUP when it is closed. */
const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The abort signals of the two steps in which a command ends, and a function that begins the first step. */
export interface StoppingCommand extends Stopping {
  /** Begins to stop the command, as the first SIGINT, SIGTERM or SIGHUP to the process does. */
  readonly begin: () => void;
}

/** The parts of this process that a test replaces. */
interface Parts {
  readonly clock: Clock;
  readonly source: SignalSource;
  readonly leave: () => void;
}

/**
 * From this call on, the first SIGINT, SIGTERM or SIGHUP makes the process stop in steps. First, nothing new begins,
 * and runs under way may finish. A second signal, or the end of 5 s, asks these runs to yield. After 5 s more, the
 * process exits with code 1.
 * @param show called with one line at each step
 */
export function stopOnSignal(
  show: (line: string) => void,
  { clock = systemClock, source = process, leave = () => process.exit(1) }: Partial<Parts> = {},
): StoppingCommand {
  const closing = new AbortController();
  const hurried = new AbortController();
  const stop = new AbortController();
  // Every service adds listeners to both abort signals, so Node must not warn of too many.
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
    // The absolute difference counts, since the clock may have been set back between the two signals.
    else if (Math.abs(now - askedAt) > ONE_SIGNAL) hurried.abort();
    askedAt = now;
  };
  onStopSignal(onSignal, source, SIGNALS);
  return { closing: closing.signal, stop: stop.signal, begin };
}
