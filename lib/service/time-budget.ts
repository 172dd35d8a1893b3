/**
 * The time limits of a run, in milliseconds. In the drawing `timeout`, `reserve`, `maxDuration` and `leaseMargin` are
 * options of the service, and names in capitals are constants. `records` is the time for writing run records, `state`
 * the time for writing the state.
 *
 *   due                 start                            signal                    end           lease ends
 *   |                   |                                |                         |             |
 *   |SCHEDULER_PRECISION|ACQUIRE_LIMIT|     workload     |GRACE| records |  state  | leaseMargin |
 *                                     |<- maxDuration -->|<------- reserve ------->|
 *                       |<----------------------- timeout ------------------------>|
 *
 * If the interval is below a minute, one invocation runs several ticks (slots):
 *
 *   due                 first slot                       last slot                 invocation ends
 *   |<----- slack ----->|<------- FIRING_PERIOD -------->|<--- timeout of a run -->|
 *
 * `records` may take half of what is left of the reserve after GRACE. A write of the state that fails is tried again
 * until NOTIFY_TIME before `end`, and always has the time of one try (ONE_TRY).
 */
import { FIRING_PERIOD, flexibleWindow, hasSlots, LIMITS, type Schedule } from '../rules/index.ts';
import { HOUR, MINUTE, SECOND } from '../time/index.ts';

/** How late EventBridge Scheduler may start a tick, in milliseconds. */
export const SCHEDULER_PRECISION = MINUTE;
/**
 * How far the due time of a tick may be in the future, in milliseconds. A tick that is due later is refused: if it ran,
 * all ticks due before it would count as late.
 */
export const FARTHEST_DUE = 10 * MINUTE;

/**
 * How long a workload may go on after its signal is aborted, in milliseconds. After that the run ends without waiting
 * for its workload.
 */
export const GRACE = SECOND;
/** The time that is always left for one try to write the state, in milliseconds. */
export const ONE_TRY = LIMITS.reserve.least - GRACE;
/** The time that is kept for log, metrics and hooks after the last try to write the state, in milliseconds. */
export const NOTIFY_TIME = 0.25 * SECOND;
/**
 * The longest time that log, metrics and hooks may take at the end of a tick or of an operator's command, in
 * milliseconds.
 */
export const FLUSH_LIMIT = 2 * SECOND;
/** The wait before the second try to write the state, in milliseconds. Each further wait is twice as long. */
export const FIRST_RETRY_WAIT = 0.1 * SECOND;
/** The longest wait between two tries to write the state, in milliseconds. */
export const LONGEST_RETRY_WAIT = SECOND;

/** The longest time that the lease of any service can last, in milliseconds. */
export const LONGEST_LEASE = LIMITS.timeout.most + LIMITS.leaseMargin.most;

/**
 * The longest time that taking the lease may take, in milliseconds, with all tries and waits of the DynamoDB client.
 */
export const ACQUIRE_LIMIT = 2.9 * SECOND;
/**
 * The longest time that work on the DynamoDB table may take, in milliseconds: three requests, with all their tries. The
 * writes of a run have other limits.
 */
export const STORE_LIMIT = 3 * ACQUIRE_LIMIT;
/**
 * The longest time that releasing a lease may take, in milliseconds, if the request for the lease got no answer. There
 * is time for one try.
 */
export const RELEASE_LIMIT = 0.9 * SECOND;
/**
 * The longest time that sending one notice of the watchdog to SNS or EventBridge may take, in milliseconds, with all
 * tries and waits.
 */
export const SEND_LIMIT = 8 * SECOND;
/**
 * The longest wait for the first byte of an answer from SNS or EventBridge, in milliseconds. A short wait would lead to
 * a second try, and people would get the same notice twice.
 */
export const SEND_REQUEST_TIMEOUT = 2 * SECOND;
/** The longest time that sending one notice of the watchdog to a webhook may take, in milliseconds. */
export const WEBHOOK_LIMIT = 5 * SECOND;
/** The longest time that an AWS client waits for a connection, in milliseconds. */
export const CONNECT_TIMEOUT = 0.5 * SECOND;
/**
 * The longest time that the DynamoDB client waits for the first byte of an answer, and for each later part, in
 * milliseconds.
 */
export const REQUEST_TIMEOUT = 0.9 * SECOND;
/**
 * The longest time that reading all secrets of a service may take, in milliseconds, with all tries and waits. A run
 * whose deadline is nearer has less.
 */
export const SECRETS_LIMIT = 8 * SECOND;
/**
 * The longest wait for the first byte of an answer of Parameter Store or Secrets Manager, in milliseconds. They use KMS
 * before they answer.
 */
export const SECRETS_REQUEST_TIMEOUT = 2 * SECOND;
/**
 * How much longer than the option `secretsMaxAge` secrets may stay in use, in milliseconds, while AWS can't answer.
 */
export const SECRETS_SPARE_AGE = HOUR;
/** How long after such a failure the secrets are not fetched again, in milliseconds. */
export const SECRETS_RETRY = 30 * SECOND;
/** How many times an AWS client tries a request, the first try included. */
export const REQUEST_TRIES = 3;

/**
 * The longest time, in milliseconds, that the schema of a service may take to check the input of a run by hand. The
 * check takes place before the run and within its invocation, so the run may have this much less time.
 */
export const INPUT_LIMIT = 2 * SECOND;

interface Timed {
  readonly schedule: Schedule;
  readonly timeout: number;
}

/**
 * The longest time that one invocation of the service's function may take, in milliseconds. Below an interval of a
 * minute, one invocation runs several ticks.
 * @param slack how late the invocation may start, in milliseconds. @default 60 s, as on AWS
 */
export function invocationTimeout({ schedule, timeout }: Timed, slack = SCHEDULER_PRECISION): number {
  return hasSlots(schedule) ? slack + FIRING_PERIOD + timeout : timeout;
}

interface Tolerated extends Timed {
  readonly policy: { readonly jitterRange?: number };
  readonly leaseMargin: number;
}

/**
 * The longest time from the due time of a tick to the end of its run, in milliseconds: Scheduler's delay, the random
 * delay by `jitterRange`, one invocation and `leaseMargin`. A tick of which the state shows nothing by then is missed.
 */
export function latenessTolerance(service: Tolerated): number {
  const { schedule, policy, leaseMargin } = service;
  const window = flexibleWindow(schedule, policy.jitterRange);
  return SCHEDULER_PRECISION + window + invocationTimeout(service) + leaseMargin;
}

/** The longest option `timeout`, in milliseconds, with which an invocation stays below Lambda's limit of 15 minutes. */
export function longestTimeout(schedule: Schedule): number {
  return LIMITS.timeout.most - invocationTimeout({ schedule, timeout: 0 });
}
