/** One firing on one machine: the function is invoked for one due time, and again where that had no effect. */
import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../rules/index.ts';
import { tookNoLease } from '../store/index.ts';
import { type Clock, DAY, MINUTE, type Random, SECOND, toIso } from '../time/index.ts';
import { FunctionError, type FunctionHost, WorkerEndedError } from './functions/function-host.ts';

/** Options of a firing. */
export interface FiringOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Called when an invocation failed. */
  readonly onError: (host: FunctionHost, error: unknown) => void;
  /** Ends the schedule; invocations under way go on. */
  readonly closing: AbortSignal;
}

/** As Scheduler's: the longest time for which it tries to deliver a firing. */
const RETRY_AGE = DAY;
const FIRST_WAIT = SECOND;
const LONGEST_WAIT = MINUTE;

/**
 * Invokes the function for one due time. As Scheduler does, it tries again what had no effect, until the next due time:
 * a tick that could not take its lease, and an invocation that never began. A firing with several slots whose worker
 * ended is invoked again for the slots that are left. The state decides whether the slot that the worker ended in was
 * decided already; it is then skipped as a duplicate.
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
    // Before its due time the firing is over too: the clock was set back, and the schedule waits anew.
    if (now < due || now >= until) return;
    wait = hasSlots(schedule) ? wait : Math.min(2 * wait, LONGEST_WAIT);
  }
}

/** What an invocation threw. */
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
  return hasNoEffect(failure) || (hasSlots(schedule) && failure.error instanceof WorkerEndedError);
}

/** An outage is one line, however often the tick is tried. A machine that closes begins nothing: that is no failure. */
function isShown(failure: Failure, attempt: number, closing: AbortSignal): boolean {
  return !hasNoEffect(failure) || (attempt === 1 && !closing.aborted);
}

function hasNoEffect({ error }: Failure): boolean {
  if (error instanceof WorkerEndedError) return !error.begun;
  return error instanceof FunctionError && tookNoLease({ name: error.errorClass, message: error.message });
}

/** The next due time takes the place of one that had no effect until then. */
function triedUntil(schedule: Schedule, due: number, now: number): number {
  if (hasSlots(schedule)) return due + FIRING_PERIOD;
  return Math.min(now + RETRY_AGE, nextDue(schedule, due) ?? Number.POSITIVE_INFINITY);
}

function leftOut({ service }: FunctionHost, due: number, until: number): Error {
  return new Error(
    `${service.name}: the tick of ${toIso(due)} is left out: it could not begin until ${toIso(until)}; the next one runs when it is due`,
  );
}
