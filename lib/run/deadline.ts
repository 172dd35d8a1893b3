/**
 * The deadline: a workload runs under a signal that fires while there is still time to write its outcome down.
 *
 *   start ......... signalAt ...... signalAt + grace ......... the invocation ends
 *   | workload runs | may still settle | the outcome is written |
 *
 * A workload that returns by the end of the grace has succeeded; one that throws in it has timed out; one that hasn't
 * settled by then has timed out and is abandoned: it may go on, but what it does no longer counts.
 *
 * An exception that it throws where nothing can catch it, while its time isn't up, ends it at once: as a rule whatever was to settle
 * it went with that exception, and waiting for the deadline would only hide why.
 */

import { RunTimedOutError, StoppedError } from '../service/index.ts';
import { type Clock, SECOND } from '../time/index.ts';

/** How long after its signal a workload may still return or throw before it is given up. */
export const GRACE = SECOND;

/** How a workload came to its end. */
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
  /** Who is running, for messages. */
  readonly service: string;
  /** Epoch milliseconds; `Infinity` for a run without a limit. */
  readonly signalAt: number;
  readonly clock: Clock;
  /** The process's own stop: aborts the run's signal too. */
  readonly stop?: AbortSignal | undefined;
  /** Does the work where what it throws uncaught is heard. @default such exceptions are nobody's */
  readonly runScope?:
    | ((onUncaught: (error: unknown) => void, work: () => Promise<Ending>) => Promise<Ending>)
    | undefined;
}

/** Runs the workload until it settles or its grace is over. Never rejects. */
export async function runUnderDeadline(
  workload: (signal: AbortSignal) => Promise<unknown>,
  limits: Limits,
): Promise<Ending> {
  const startedAt = limits.clock.now();
  const controller = new AbortController();
  const settled = new AbortController();
  const onStop = () =>
    controller.abort(new StoppedError(`${limits.service}: the process is stopping; the run is given back`));
  if (limits.stop?.aborted) onStop();
  else limits.stop?.addEventListener('abort', onStop, { once: true });
  const timedOut = (cause?: unknown) => timedOutAfter(limits, startedAt, cause);

  const { runScope = (_, work) => work() } = limits;
  const uncaught = uncaughtIn(controller);
  const ending = await runScope(uncaught.hear, () => {
    const watch = watchDeadline(limits, controller, settled.signal);
    const work = applyRun(workload, controller.signal).then((end) => classifySafely(end, controller.signal, timedOut));
    return Promise.race([
      work,
      watch.then((): Ending => ({ kind: 'timed-out', error: timedOut(), settled: false })),
      uncaught.ending,
    ]);
  });

  settled.abort();
  limits.stop?.removeEventListener('abort', onStop);
  return ending;
}

/** The end that an uncaught exception brings about. A run whose signal has fired is ending already: it keeps its grace. */
function uncaughtIn(controller: AbortController) {
  let hear: (error: unknown) => void = () => {};
  const ending = new Promise<Ending>((resolve) => {
    hear = (error) => {
      if (controller.signal.aborted) return;
      resolve({ kind: 'threw', error, settled: false });
      controller.abort(error);
    };
  });
  return { hear, ending };
}

/** Resolves when the grace is over; never after `settled` was aborted. */
async function watchDeadline(
  { clock, signalAt, service }: Limits,
  controller: AbortController,
  settled: AbortSignal,
): Promise<void> {
  if (signalAt !== Number.POSITIVE_INFINITY) {
    await clock.sleep(signalAt - clock.now(), settled);
    if (!settled.aborted) controller.abort(new RunTimedOutError(`${service}: the run's time is up; end it now`));
    await clock.sleep(GRACE, settled);
    if (!settled.aborted) return;
  }
  await new Promise(() => {});
}

async function applyRun(workload: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal): Promise<Ending> {
  try {
    return { kind: 'returned', value: await workload(signal) };
  } catch (error) {
    return { kind: 'threw', error, settled: true };
  }
}

/** What throws after the signal fired was ended by it, whatever it threw. */
function classifySafely(ending: Ending, signal: AbortSignal, timedOut: (cause: unknown) => RunTimedOutError): Ending {
  if (ending.kind !== 'threw' || !signal.aborted) return ending;
  if (signal.reason instanceof StoppedError) return { kind: 'stopped' };
  return { kind: 'timed-out', error: timedOut(ending.error), settled: true };
}

function timedOutAfter({ service, clock }: Limits, startedAt: number, cause: unknown): RunTimedOutError {
  const seconds = Math.round((clock.now() - startedAt) / 100) / 10;
  return new RunTimedOutError(`${service}: the run was not done after ${seconds} s; it counts as timed out`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
