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
 * After GRACE, writing run records and reading remembered failures may take half of the remaining reserve. The rest is
 * for the state. Its write is tried again after FIRST_RETRY_WAIT, and then after waits that grow up to
 * LONGEST_RETRY_WAIT, until NOTIFY_TIME before the end. A write that starts later than that still has ONE_TRY.
 */
import { FIRING_PERIOD, flexibleWindow, hasSlots, LIMITS, type Schedule } from '../rules/index.ts';
import { MINUTE, SECOND } from '../time/index.ts';

/**
 * How late EventBridge Scheduler may fire: at any moment within a minute. This is also the default and the largest
 * slack of a firing.
 */
export const SCHEDULER_PRECISION = MINUTE;
/**
 * How far ahead of now the due time of an event may be. A tick with a later due time would make every tick before it a
 * duplicate or late.
 */
export const FARTHEST_DUE = 10 * MINUTE;

/** How long after its signal a workload may still return or throw before it is abandoned. */
export const GRACE = SECOND;
/** The time that is always left for one try to write the state: the smallest reserve minus the grace. */
export const ONE_TRY = LIMITS.reserve.least - GRACE;
/** The time that is reserved after the last try to write the state, to notify observers. */
export const NOTIFY_TIME = 0.25 * SECOND;
/**
 * The longest that observers may flush, in a tick and behind a manual action. A tick that has less time left gives them
 * that, and NOTIFY_TIME at least.
 */
export const FLUSH_LIMIT = 2 * SECOND;
/** The wait before the second try to write the state; each further one is twice as long. */
export const FIRST_RETRY_WAIT = 0.1 * SECOND;
/** The longest wait between two tries to write the state. */
export const LONGEST_RETRY_WAIT = SECOND;

/** The longest time that a lease can last. */
export const LONGEST_LEASE = LIMITS.timeout.most + LIMITS.leaseMargin.most;

/**
 * The longest time that taking the lease may last, with all attempts of the client and the waits between them.
 * ACQUIRE_LIMIT and RELEASE_LIMIT together are less than the 4 s that an outage may cost a tick.
 */
export const ACQUIRE_LIMIT = 2.9 * SECOND;
/**
 * The longest that any other work on the store may take, such as a pause or a read of run records: three requests, with
 * all attempts of the client.
 */
export const STORE_LIMIT = 3 * ACQUIRE_LIMIT;
/** The longest that releasing a doubtful lease may take, one that may be taken although no answer came: one attempt. */
export const RELEASE_LIMIT = 0.9 * SECOND;
/**
 * The longest that sending one notice of the watchdog by SNS or EventBridge may take, with all requests, all attempts
 * of the client and the waits between them.
 */
export const SEND_LIMIT = 8 * SECOND;
/**
 * The longest time that the clients of SNS and EventBridge wait for the first byte of an answer. It is longer than
 * REQUEST_TIMEOUT, since a request that is given up too early may reach people twice. All attempts fit into SEND_LIMIT.
 */
export const SEND_REQUEST_TIMEOUT = 2 * SECOND;
/** The longest that sending one notice of the watchdog to a webhook may take. */
export const WEBHOOK_LIMIT = 5 * SECOND;
/** The longest time that a client of AWS waits for a connection. */
export const CONNECT_TIMEOUT = 0.5 * SECOND;
/**
 * The longest time that the DynamoDB client waits for the first byte of an answer, and then for each next part of it.
 */
export const REQUEST_TIMEOUT = 0.9 * SECOND;
/** How often a client of AWS tries a request. All attempts of the DynamoDB client fit into ACQUIRE_LIMIT. */
export const REQUEST_TRIES = 3;

/** The parts of a service that determine the length of its invocation. */
interface Timed {
  readonly schedule: Schedule;
  readonly timeout: number;
}

/**
 * The longest time that one invocation of the service may last: the timeout of one run; for a firing with several slots
 * also the slack and the minute of the slots.
 * @param slack how late a firing may arrive. @default 60 s, as on AWS; 0 on one machine
 */
export function invocationTimeout({ schedule, timeout }: Timed, slack = SCHEDULER_PRECISION): number {
  return hasSlots(schedule) ? slack + FIRING_PERIOD + timeout : timeout;
}

/** The parts of a service that determine how late its ticks may be. */
interface Tolerated extends Timed {
  readonly policy: { readonly jitterRange?: number };
  readonly leaseMargin: number;
}

/**
 * The longest time from the due time of a tick to the end of its run: Scheduler's precision, the flexible window (whole
 * minutes of jitterRange × interval), one invocation, and the lease margin. A tick without a trace by then is missing.
 */
export function latenessTolerance(service: Tolerated): number {
  const { schedule, policy, leaseMargin } = service;
  const window = flexibleWindow(schedule, policy.jitterRange);
  return SCHEDULER_PRECISION + window + invocationTimeout(service) + leaseMargin;
}

/** The longest `timeout` that fits into Lambda's longest invocation. */
export function longestTimeout(schedule: Schedule): number {
  return LIMITS.timeout.most - invocationTimeout({ schedule, timeout: 0 });
}
