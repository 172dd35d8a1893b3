/**
 * The deadline: the signal of a workload is aborted while there is still time to write the outcome of its run.
 *
 *   start ......... signalAt ...... signalAt + grace ......... the invocation ends
 *   | workload runs | may still settle | the outcome is written |
 *
 * A workload that returns before the end of the grace has succeeded. One that throws during the grace has timed out.
 * One that still runs at the end of the grace has timed out too, and its result no longer counts.
 *
 * An exception that no code can catch (in a timer, in a listener) ends the run at once if it comes before `signalAt`,
 * since it usually prevents the workload from settling.
 */
import { GRACE, RunTimedOutError, StoppedError } from '../service/index.ts';
import { hasCode, toSafeCause } from '../text/index.ts';
import type { Clock } from '../time/index.ts';

export type Ending =
  | { readonly kind: 'returned'; readonly value: unknown }
  /** `settled`: whether the workload has ended; if it has not, it may go on until its process ends. */
  | { readonly kind: 'threw'; readonly error: unknown; readonly settled: boolean }
  | { readonly kind: 'timed-out'; readonly error: RunTimedOutError; readonly settled: boolean }
  /** The run ended without an outcome, because its process stops. */
  | { readonly kind: 'yielded' };

export interface RunDeadline {
  readonly service: string;
  /** When the signal of the workload is aborted, in epoch milliseconds; `Infinity` for a run without a time limit. */
  readonly signalAt: number;
  readonly clock: Clock;
  /** Aborted when the process stops; then the signal of the workload is aborted too. */
  readonly stop?: AbortSignal | undefined;
  /**
   * Registers a listener for exceptions of the workload that no code can catch.
   * @default such exceptions don't end the run
   */
  readonly onUncaught?: ((listener: (error: unknown) => void) => void) | undefined;
}

/** Runs the workload until it settles or the grace after its deadline is over. Never rejects. */
export async function runUnderDeadline(
  workload: (signal: AbortSignal) => Promise<unknown>,
  deadline: RunDeadline,
): Promise<Ending> {
  const { service, clock, stop } = deadline;
  const startedAt = clock.now();
  const controller = new AbortController();
  const { signal } = controller;
  const over = new AbortController();
  const stopRun = () =>
    controller.abort(new StoppedError(`${service}: the process is stopping; the run yields, and has no outcome`));
  if (stop?.aborted) stopRun();
  else stop?.addEventListener('abort', stopRun, { once: true });

  const uncaught = new Promise<Ending>((resolve) => {
    deadline.onUncaught?.((error) => {
      // If the signal of the run is aborted, the run is ending already, and the exception doesn't shorten its grace.
      if (signal.aborted) return;
      resolve({ kind: 'threw', error, settled: false });
      controller.abort(error);
    });
  });
  const tooLong = graceOver(deadline, controller, over.signal).then((): Ending => {
    return { kind: 'timed-out', error: timedOut(deadline, startedAt), settled: false };
  });
  const settled = new Promise((resolve) => resolve(workload(signal))).then(
    (value): Ending => ({ kind: 'returned', value }),
    (error: unknown): Ending => {
      if (!signal.aborted) return { kind: 'threw', error, settled: true };
      if (hasCode(signal.reason, 'stopped')) return { kind: 'yielded' };
      // Once its signal is aborted, a run counts as timed out, whatever error the workload throws.
      return { kind: 'timed-out', error: timedOut(deadline, startedAt, error), settled: true };
    },
  );
  const ending = await Promise.race([settled, tooLong, uncaught]);

  over.abort();
  stop?.removeEventListener('abort', stopRun);
  return ending;
}

/**
 * Aborts the signal of the run at `signalAt`, then waits for the grace. Never resolves if `over` is aborted before the
 * end of the grace, or if the run has no time limit.
 */
async function graceOver(
  { clock, signalAt, service }: RunDeadline,
  run: AbortController,
  over: AbortSignal,
): Promise<void> {
  if (signalAt !== Number.POSITIVE_INFINITY) {
    await clock.sleep(signalAt - clock.now(), over);
    if (!over.aborted) run.abort(new RunTimedOutError(`${service}: the run's time is up; end it now`));
    await clock.sleep(GRACE, over);
    if (!over.aborted) return;
  }
  await new Promise(() => {});
}

function timedOut({ service, clock }: RunDeadline, startedAt: number, cause?: unknown): RunTimedOutError {
  const seconds = Math.round((clock.now() - startedAt) / 100) / 10;
  return new RunTimedOutError(`${service}: the run was not done after ${seconds} s; it counts as timed out`, {
    ...(cause === undefined ? {} : { cause: toSafeCause(cause) }),
  });
}
