/**
 * The time of a run: every limit of it in one place, in milliseconds. `timeout`, `reserve`, `maxDuration` and
 * `leaseMargin` are options of the service (their defaults and bounds are in `LIMITS` of `lib/rules`); the other names
 * are constants.
 *
 *   due                 start                            signal                    end           lease ends
 *   |                   |                                |                         |             |
 *   |SCHEDULER_PRECISION|ACQUIRE_LIMIT|     workload     |GRACE| records |  state  | leaseMargin |
 *                                     |<- maxDuration -->|<------- reserve ------->|
 *                       |<----------------------- timeout ------------------------>|
 *
 * The lease starts with the run. The end of the run is the end of its invocation, unless the invocation has several
 * slots:
 *
 *   due                 first slot                       last slot                 invocation ends
 *   |<----- slack ----->|<------- FIRING_PERIOD -------->|<--- timeout of a run -->|
 *
 * After GRACE, writing run records and reading the failures of earlier runs may take half of the remaining reserve. The
 * rest is for the write of the state. This write is tried again after FIRST_RETRY_WAIT, and then after waits that grow
 * up to LONGEST_RETRY_WAIT, until NOTIFY_TIME before the end. A write that starts later than that still has the time
 * ONE_TRY.
 */
import { FIRING_PERIOD, flexibleWindow, hasSlots, LIMITS, type Schedule } from '../rules/index.ts';
import { MINUTE, SECOND } from '../time/index.ts';

/**
 * How late EventBridge Scheduler may fire, in milliseconds: up to a minute after the due time. This is also the default
 * and the largest slack of a firing.
 */
export const SCHEDULER_PRECISION = MINUTE;
/**
 * How far the due time in an event may be ahead of the clock of the function that gets the event, in milliseconds. An
 * event with a later due time is refused: its tick would make every tick that is due before it a duplicate or late.
 */
export const FARTHEST_DUE = 10 * MINUTE;

/** How long a workload may still go on after its signal has fired, in milliseconds. Then its run ends without it. */
export const GRACE = SECOND;
/**
 * The time that one try to write the state always has, in milliseconds: the smallest value of the option `reserve`,
 * minus GRACE.
 */
export const ONE_TRY = LIMITS.reserve.least - GRACE;
/** The time for notifying observers that is reserved after the last try to write the state, in milliseconds. */
export const NOTIFY_TIME = 0.25 * SECOND;
/**
 * The longest time, in milliseconds, that the observers may take to send what they still hold, at the end of a tick and
 * after a manual action. If a tick has less time left, the observers get what is left, but at least NOTIFY_TIME.
 */
export const FLUSH_LIMIT = 2 * SECOND;
/** The wait before the second try to write the state, in milliseconds. Each further wait is twice as long. */
export const FIRST_RETRY_WAIT = 0.1 * SECOND;
/** The longest wait between two tries to write the state, in milliseconds. */
export const LONGEST_RETRY_WAIT = SECOND;

/** The longest time that the lease of any service can last, in milliseconds. */
export const LONGEST_LEASE = LIMITS.timeout.most + LIMITS.leaseMargin.most;

/**
 * The longest time that taking the lease may last, with all attempts of the DynamoDB client and the waits between them,
 * in milliseconds. ACQUIRE_LIMIT and RELEASE_LIMIT together are less than the 4 s that an outage of DynamoDB may cost a
 * tick.
 */
export const ACQUIRE_LIMIT = 2.9 * SECOND;
/**
 * The longest time, in milliseconds, that one piece of work on the DynamoDB table may take, such as a pause or a read
 * of run records. It is enough for three requests, with all attempts of the client. Taking the lease, writing the state
 * and releasing the lease have limits of their own.
 */
export const STORE_LIMIT = 3 * ACQUIRE_LIMIT;
/**
 * The longest time that releasing a doubtful lease may take, in milliseconds; it is enough for one attempt. A lease is
 * doubtful if no answer came to the request for it, so that it may have been taken.
 */
export const RELEASE_LIMIT = 0.9 * SECOND;
/**
 * The longest time, in milliseconds, that sending one notice of the watchdog by SNS or EventBridge may take, with all
 * requests, all attempts of the client and the waits between them.
 */
export const SEND_LIMIT = 8 * SECOND;
/**
 * The longest time, in milliseconds, that the clients of SNS and EventBridge wait for the first byte of an answer. It
 * is longer than REQUEST_TIMEOUT: if a request is given up too early and sent again, people may get its notice twice.
 * All attempts fit into SEND_LIMIT.
 */
export const SEND_REQUEST_TIMEOUT = 2 * SECOND;
/** The longest time, in milliseconds, that sending one notice of the watchdog to a webhook may take. */
export const WEBHOOK_LIMIT = 5 * SECOND;
/** The longest time, in milliseconds, that a client of AWS waits for a connection. */
export const CONNECT_TIMEOUT = 0.5 * SECOND;
/**
 * The longest time, in milliseconds, that the DynamoDB client waits for the first byte of an answer, and then for each
 * next part of it.
 */
export const REQUEST_TIMEOUT = 0.9 * SECOND;
/**
 * How many times a client of AWS tries a request, the first attempt included. All attempts of the DynamoDB client fit
 * into ACQUIRE_LIMIT.
 */
export const REQUEST_TRIES = 3;

/** The parts of a service that determine how long its invocation may last. */
interface Timed {
  readonly schedule: Schedule;
  readonly timeout: number;
}

/**
 * The longest time that one invocation of the service may last, in milliseconds: the timeout of one run. For a firing
 * with several slots, the slack and the minute of the slots are added.
 * @param slack how late a firing may arrive, in milliseconds. @default 60 s, as on AWS; on one machine it is 0
 */
export function invocationTimeout({ schedule, timeout }: Timed, slack = SCHEDULER_PRECISION): number {
  return hasSlots(schedule) ? slack + FIRING_PERIOD + timeout : timeout;
}

/** The parts of a service that determine how late one of its ticks may end. */
interface Tolerated extends Timed {
  readonly policy: { readonly jitterRange?: number };
  readonly leaseMargin: number;
}

/**
 * The longest time, in milliseconds, from the due time of a tick to the end of its run. It is the sum of Scheduler's
 * precision, the flexible window (whole minutes of jitterRange × interval), one invocation, and the lease margin. A
 * tick that has left no trace in the state by then counts as missing.
 */
export function latenessTolerance(service: Tolerated): number {
  const { schedule, policy, leaseMargin } = service;
  const window = flexibleWindow(schedule, policy.jitterRange);
  return SCHEDULER_PRECISION + window + invocationTimeout(service) + leaseMargin;
}

/**
 * The longest `timeout` of a service, in milliseconds, with which its invocation fits into Lambda's longest invocation.
 */
export function longestTimeout(schedule: Schedule): number {
  return LIMITS.timeout.most - invocationTimeout({ schedule, timeout: 0 });
}
