/** How a command that was asked to end by a signal does so. */
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { onStopSignal, type SignalSource } from '../loop/index.ts';
import { type Clock, SECOND, systemClock } from '../time/index.ts';

/** How long a run under way may take to finish before it is asked to give way, and then to do so. */
const PATIENCE = 5 * SECOND;
/** npm passes on a signal that the terminal has sent to all: closer ones are one. */
const ONE_SIGNAL = SECOND / 2;

/** What a signal asks for: to begin nothing more, and to give way. */
interface Stopping {
  readonly closing: AbortSignal;
  readonly stop: AbortSignal;
}

/** What a test may put in the place of the process. */
interface Stage {
  readonly clock: Clock;
  readonly source: SignalSource;
  readonly leave: () => void;
}

const PROCESS: Stage = { clock: systemClock, source: process, leave: () => process.exit(1) };

/**
 * From now on the first SIGINT or SIGTERM lets runs under way finish; another one, or time, asks them to give way; the last
 * resort is to leave with exit code 1.
 * @param say where each step is told
 */
export function stopOnSignal(say: (line: string) => void, { clock, source, leave }: Stage = PROCESS): Stopping {
  const closing = new AbortController();
  const hurried = new AbortController();
  const stop = new AbortController();
  // Every service listens.
  setMaxListeners(0, closing.signal, stop.signal);
  let askedAt = 0;
  const wind = async () => {
    say('stopping: runs under way may finish');
    closing.abort();
    await clock.sleep(PATIENCE, hurried.signal);
    say('stopping: runs under way are asked to give way');
    stop.abort();
    await clock.sleep(PATIENCE);
    say('a run does not give way; it will be booked as crashed');
    leave();
  };
  const onSignal = () => {
    const now = clock.now();
    if (!closing.signal.aborted) void wind();
    else if (now - askedAt > ONE_SIGNAL) hurried.abort();
    askedAt = now;
  };
  onStopSignal(onSignal, source);
  return { closing: closing.signal, stop: stop.signal };
}
