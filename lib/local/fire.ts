import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../rules/index.ts';
import { tookNoLease } from '../store/index.ts';
import { type Clock, DAY, MINUTE, type Random, SECOND, toIso } from '../time/index.ts';
import { type FunctionHost, isFunctionError, isWorkerEnded } from './functions/function-host.ts';

export interface FiringOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly onError: (host: FunctionHost, error: unknown) => void;
  /** Aborted when the process is asked to stop, for example by Ctrl+C. Then no further invocation begins. */
  readonly closing: AbortSignal;
}

/**
 * The longest time for which a failed invocation is repeated, in milliseconds. EventBridge Scheduler repeats for a day
 * too.
 */
const RETRY_AGE = DAY;
const FIRST_WAIT = SECOND;
const LONGEST_WAIT = MINUTE;

/**
 * Invokes the function for one due time. If the invocation failed before a run could begin, it is repeated until the
 * next due time. If it runs several ticks and its worker thread ends, it is repeated for the remaining ticks; ticks
 * that are done already are skipped.
 */
export async function fire(host: FunctionHost, due: number, options: FiringOptions): Promise<void> {
  const { clock, random, onError, closing } = options;
  const { schedule } = host.service;
  const until = triedUntil(schedule, due, clock.now());
  for (let attempt = 1, wait = FIRST_WAIT; !closing.aborted; attempt++) {
    const event = { scheduledFor: toIso(due), executionId: random.id(), attempt: String(attempt) };
    const failure = await failureOf(host, event);
    if (failure === undefined) return;
    if (isShown(failure, attempt, closing)) onError(host, failure.error);
    if (!isTriedAgain(failure, schedule)) return;
    await clock.sleep(Math.min(wait, until - clock.now()), closing);
    const now = clock.now();
    if (now >= until && hasNoEffect(failure)) onError(host, leftOut(host, due, until));
    // If the clock was set back to before the due time, this function returns. The caller waits for the due time again.
    if (now < due || now >= until) return;
    wait = hasSlots(schedule) ? wait : Math.min(2 * wait, LONGEST_WAIT);
  }
}

/** The thrown value of a failed invocation, in an object since it may be `undefined`. */
interface Failure {
  readonly error: unknown;
}

async function failureOf(host: FunctionHost, event: object): Promise<Failure | undefined> {
  try {
    await host.invoke(event);
    return undefined;
  } catch (error) {
    return { error };
  }
}

function isTriedAgain(failure: Failure, schedule: Schedule): boolean {
  return hasNoEffect(failure) || (hasSlots(schedule) && isWorkerEnded(failure.error));
}

/**
 * Whether to show the failure to a person. Of repeated invocations in which no run began, only the first is shown, and
 * none once the process is stopping.
 */
function isShown(failure: Failure, attempt: number, closing: AbortSignal): boolean {
  return !hasNoEffect(failure) || (attempt === 1 && !closing.aborted);
}

function hasNoEffect({ error }: Failure): boolean {
  if (isWorkerEnded(error)) return !error.begun;
  return isFunctionError(error) && tookNoLease({ name: error.errorClass, message: error.message });
}

/**
 * The instant until which a failed invocation is repeated, in epoch milliseconds: the next due time, but at most
 * RETRY_AGE after `now`.
 */
function triedUntil(schedule: Schedule, due: number, now: number): number {
  if (hasSlots(schedule)) return due + FIRING_PERIOD;
  return Math.min(now + RETRY_AGE, nextDue(schedule, due) ?? Number.POSITIVE_INFINITY);
}

function leftOut({ service }: FunctionHost, due: number, until: number): Error {
  return new Error(
    `${service.name}: the tick of ${toIso(due)} is left out: it could not begin until ${toIso(until)}; the next one runs when it is due`,
  );
}
