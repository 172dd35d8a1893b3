/**
 * The deadline: a workload runs under a signal that fires while there is still time to write its outcome.
 *
 *   start ......... signalAt ...... signalAt + grace ......... the invocation ends
 *   | workload runs | may still settle | the outcome is written |
 *
 * A workload that returns by the end of the grace has succeeded; one that throws in it has timed out; one that hasn't
 * settled by then has timed out and is abandoned: it may go on, but what it does no longer counts.
 *
 * An exception that it throws where nothing can catch it, while its time isn't up, ends it at once: as a rule that
 * exception took along whatever was to settle the workload, and waiting for the deadline would only hide the cause.
 */
import { GRACE, RunTimedOutError, StoppedError } from '../service/index.ts';
import { toSafeCause } from '../text/index.ts';
import type { Clock } from '../time/index.ts';

/** How a workload ended. */
export type Ending =
  | { readonly kind: 'returned'; readonly value: unknown }
  /** `settled` is false when the workload may still run: then only the process's end ends it. */
  | { readonly kind: 'threw'; readonly error: unknown; readonly settled: boolean }
  /** Likewise. */
  | { readonly kind: 'timed-out'; readonly error: RunTimedOutError; readonly settled: boolean }
  /** It gave way to the process's stop: no outcome. */
  | { readonly kind: 'stopped' };

/** When a run's signal fires. */
export interface Limits {
  /** The service's name, for messages. */
  readonly service: string;
  /** Epoch milliseconds; `Infinity` for a run without a limit. */
  readonly signalAt: number;
  readonly clock: Clock;
  /** The process's own stop: aborts the run's signal too. */
  readonly stop?: AbortSignal | undefined;
  /**
   * Registers the listener for what the workload throws where nothing can catch it.
   * @default such exceptions are ignored here
   */
  readonly onUncaught?: ((listener: (error: unknown) => void) => void) | undefined;
}

/** Runs the workload until it settles or its grace is over. Never rejects. */
export async function runUnderDeadline(
  workload: (signal: AbortSignal) => Promise<unknown>,
  limits: Limits,
): Promise<Ending> {
  const { service, clock, stop } = limits;
  const startedAt = clock.now();
  const controller = new AbortController();
  const { signal } = controller;
  const over = new AbortController();
  const stopRun = () =>
    controller.abort(new StoppedError(`${service}: the process is stopping; the run is given back`));
  if (stop?.aborted) stopRun();
  else stop?.addEventListener('abort', stopRun, { once: true });

  const uncaught = new Promise<Ending>((resolve) => {
    limits.onUncaught?.((error) => {
      // A run whose signal has fired is ending already: it keeps its grace.
      if (signal.aborted) return;
      resolve({ kind: 'threw', error, settled: false });
      controller.abort(error);
    });
  });
  const tooLong = graceOver(limits, controller, over.signal).then((): Ending => {
    return { kind: 'timed-out', error: timedOut(limits, startedAt), settled: false };
  });
  const settled = new Promise((resolve) => resolve(workload(signal))).then(
    (value): Ending => ({ kind: 'returned', value }),
    (error: unknown): Ending => {
      if (!signal.aborted) return { kind: 'threw', error, settled: true };
      if (signal.reason instanceof StoppedError) return { kind: 'stopped' };
      // Whatever it threw after its signal fired, the signal ended it.
      return { kind: 'timed-out', error: timedOut(limits, startedAt, error), settled: true };
    },
  );
  const ending = await Promise.race([settled, tooLong, uncaught]);

  over.abort();
  stop?.removeEventListener('abort', stopRun);
  return ending;
}

/** Fires the run's signal at its time. Resolves when the grace is over; never once `over` is aborted. */
async function graceOver({ clock, signalAt, service }: Limits, run: AbortController, over: AbortSignal): Promise<void> {
  if (signalAt !== Number.POSITIVE_INFINITY) {
    await clock.sleep(signalAt - clock.now(), over);
    if (!over.aborted) run.abort(new RunTimedOutError(`${service}: the run's time is up; end it now`));
    await clock.sleep(GRACE, over);
    if (!over.aborted) return;
  }
  await new Promise(() => {});
}

function timedOut({ service, clock }: Limits, startedAt: number, cause?: unknown): RunTimedOutError {
  const seconds = Math.round((clock.now() - startedAt) / 100) / 10;
  return new RunTimedOutError(`${service}: the run was not done after ${seconds} s; it counts as timed out`, {
    ...(cause === undefined ? {} : { cause: toSafeCause(cause) }),
  });
}
