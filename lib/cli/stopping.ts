import { setMaxListeners } from 'node:events';
import process from 'node:process';
import type { Stopping } from '../local/index.ts';
import { onStopSignal, type SignalSource, type StopSignal } from '../loop/index.ts';
import { type Clock, SECOND, systemClock } from '../time/index.ts';

/** The time that runs under way have in each of the two steps of a stop, in milliseconds. */
const STEP = 5 * SECOND;
/**
 * Within this time two signals count as one, in milliseconds. After Ctrl+C the process gets the signal from the
 * terminal and again from npm.
 */
const ONE_SIGNAL = SECOND / 2;

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * The abort signals that end a command. `closing` is aborted first, so that nothing new begins. `stop` is aborted 5 s
 * later or at a second Ctrl+C, so that runs under way end.
 */
export interface StoppingCommand extends Stopping {
  /** Aborts `closing`, as a first Ctrl+C does. `stop` follows 5 s later. */
  readonly begin: () => void;
}

interface Parts {
  readonly clock: Clock;
  readonly source: SignalSource;
  readonly leave: () => void;
}

/**
 * From now on SIGINT, SIGTERM and SIGHUP stop the process. At the first signal nothing new begins, and runs under way
 * may finish. After 5 s or a second signal they are asked to end. After 5 s more the process exits with code 1.
 * @param show called with one line at each step
 */
export function stopOnSignal(
  show: (line: string) => void,
  { clock = systemClock, source = process, leave = () => process.exit(1) }: Partial<Parts> = {},
): StoppingCommand {
  const closing = new AbortController();
  const hurried = new AbortController();
  const stop = new AbortController();
  // Each service adds listeners to `closing` and `stop`. Node would warn of more than ten.
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
    // The difference can be negative, since the clock may have been set back between the two signals.
    else if (Math.abs(now - askedAt) > ONE_SIGNAL) hurried.abort();
    askedAt = now;
  };
  onStopSignal(onSignal, source, SIGNALS);
  return { closing: closing.signal, stop: stop.signal, begin };
}
