/** Fires a function on one machine: invokes it for one due time, and again if the invocation had no effect. */
import { FIRING_PERIOD, hasSlots, nextDue, type Schedule } from '../rules/index.ts';
import { tookNoLease } from '../store/index.ts';
import { type Clock, DAY, MINUTE, type Random, SECOND, toIso } from '../time/index.ts';
import { FunctionError, type FunctionHost, WorkerEndedError } from './functions/function-host.ts';

/** The options of a firing on one machine. */
export interface FiringOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Called with the error of an invocation that failed. */
  readonly onError: (host: FunctionHost, error: unknown) => void;
  /** Aborted when the process is about to stop. Then nothing more is invoked, and invocations under way go on. */
  readonly closing: AbortSignal;
}

/**
 * The longest time for which a firing without effect is tried again, in milliseconds: a day, as with EventBridge
 * Scheduler.
 */
const RETRY_AGE = DAY;
const FIRST_WAIT = SECOND;
const LONGEST_WAIT = MINUTE;

/**
 * Invokes the function for one due time. An invocation has no effect if DynamoDB failed before its tick took the lease,
 * or if the handler never began. Then the function is invoked again until the next due time, as EventBridge Scheduler
 * does it. If a firing owns several slots and its worker ends, the function is invoked again for the remaining slots.
 * If the worker ended in a slot that is decided already, this slot is skipped as a duplicate.
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
    // If the clock was set back to before the due time, the firing is over too. The schedule then waits for this due
    // time again.
    if (now < due || now >= until) return;
    wait = hasSlots(schedule) ? wait : Math.min(2 * wait, LONGEST_WAIT);
  }
}

/** A failed invocation, with the value that it threw. The value is in an object, since it may be `undefined`. */
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

/**
 * Whether the failure is shown to a person. A failure of an invocation with an effect is always shown. Of failures
 * without effect only that of the first attempt is shown, so that an outage is one line, and not even this one if the
 * process is about to stop, since then no invocation can begin.
 */
function isShown(failure: Failure, attempt: number, closing: AbortSignal): boolean {
  return !hasNoEffect(failure) || (attempt === 1 && !closing.aborted);
}

function hasNoEffect({ error }: Failure): boolean {
  if (error instanceof WorkerEndedError) return !error.begun;
  return error instanceof FunctionError && tookNoLease({ name: error.errorClass, message: error.message });
}

/**
 * The instant, in epoch milliseconds, until which a firing whose invocation had no effect is tried again: the next
 * firing, which replaces it. Where a firing has one tick, at most RETRY_AGE after `now`.
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
