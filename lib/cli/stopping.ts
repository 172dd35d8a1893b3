/** How a command that was asked to end by a signal does so. */
import { onStopSignal } from '../runner/index.ts';
import { SECOND, systemClock } from '../time/index.ts';

/** How long a run under way may take to finish before it is asked to give way, and then to do so. */
const PATIENCE = 5 * SECOND;
/** npm passes on a signal that the terminal has sent to all: closer ones are one. */
const ONE_SIGNAL = SECOND / 2;

/** What a signal asks for: to begin nothing more, and to give way. */
export interface Stopping {
  readonly closing: AbortSignal;
  readonly stop: AbortSignal;
}

/**
 * From now on the first SIGINT or SIGTERM lets runs under way finish; another one, or time, asks them to give way; the last
 * resort is to leave with exit code 1.
 * @param say where each step is told
 */
export function stopOnSignal(say: (line: string) => void): Stopping {
  const closing = new AbortController();
  const hurried = new AbortController();
  const stop = new AbortController();
  let askedAt = 0;
  const wind = async () => {
    say('stopping: runs under way may finish');
    closing.abort();
    await systemClock.sleep(PATIENCE, hurried.signal);
    say('stopping: runs under way are asked to give way');
    stop.abort();
    await systemClock.sleep(PATIENCE);
    say('a run does not give way; it will be booked as crashed');
    process.exit(1);
  };
  onStopSignal(() => {
    const now = systemClock.now();
    if (!closing.signal.aborted) void wind();
    else if (now - askedAt > ONE_SIGNAL) hurried.abort();
    askedAt = now;
  });
  return { closing: closing.signal, stop: stop.signal };
}
