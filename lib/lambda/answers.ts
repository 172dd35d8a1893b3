/** The answers of a Lambda handler. All times in the answers are in ISO 8601. A field without a value is `null`. */
import {
  type Disposition,
  type Obstacle,
  type OutcomeKind,
  obstacles,
  type SkipReason,
  type Verdict,
} from '../rules/index.ts';
import { cut, limitJson, mask, nearest, showValue } from '../text/index.ts';
import type { TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** The answer to an event that names no service of the invoked Lambda function. No service was run or changed. */
export interface UnknownServiceAnswer {
  readonly error: 'unknown-service';
  /**
   * The service that the event named, with credentials masked; `null` if the event named none or its `service` is not a
   * string.
   */
  readonly service: string | null;
  readonly known: readonly string[];
  /** The name in `known` that resembles `service` most; `null` if none resembles it. */
  readonly nearest: string | null;
  readonly message: string;
}

/** The answer to one tick or one manual run: whether the workload ran, and how the run ended. */
export interface TickAnswer {
  readonly service: string;
  /** The due time of the tick; `null` for a manual run. */
  readonly tick: string | null;
  readonly disposition: Disposition;
  readonly reason: SkipReason | null;
  /** How the run ended; `null` if the tick was skipped, or if the run ended early because its process stops. */
  readonly outcome: OutcomeKind | null;
  readonly verdict: Verdict | null;
  readonly durationMs: number | null;
  /** The number of the run and of its lease; `null` if the tick took no lease. */
  readonly fence: number | null;
  readonly backoffCount: number;
  /**
   * The next due time at which the service may run; `null` if it can only run after a person has acted, for example has
   * resumed it.
   */
  readonly nextDue: string | null;
  /** The error of a failed run; `null` if no run has failed. */
  readonly error: { readonly class: string; readonly message: string } | null;
  /**
   * The value that the workload returned, as JSON with credentials masked; `null` if it returned none. A value that
   * JSON can't express, or of more than 64,000 bytes, is replaced by a text that says so.
   */
  readonly result: unknown;
}

/**
 * The answer to an invocation by the schedule that runs several ticks, since the interval of the service is below a
 * minute.
 */
export interface FiringAnswer {
  readonly service: string;
  /** The minute for which EventBridge Scheduler made the invocation, in ISO 8601. */
  readonly firing: string;
  readonly ticks: readonly TickAnswer[];
}

/** The answer to a manual run. */
export interface RunOnceAnswer extends TickAnswer {
  readonly action: 'run-once';
  /**
   * What would have made the schedule skip a tick when this manual run began (`backoff`, `pause`, `halt`); empty if
   * nothing would have.
   */
  readonly bypassed: readonly Obstacle[];
  /**
   * What still makes the schedule skip ticks after this manual run (`backoff`, `pause`, `halt`); empty if nothing does
   * so.
   */
  readonly stays: readonly Obstacle[];
}

/**
 * The most bytes that the results of all ticks in one FiringAnswer may take together. Lambda sends no answer above 6
 * MB.
 */
const LARGEST_RESULTS = 3_000_000;

/**
 * Makes a FiringAnswer. Each tick may fill an equal share of LARGEST_RESULTS with its result; a short text replaces a
 * larger result.
 */
export function firingAnswer(service: string, scheduledFor: number, events: readonly TickEvent[]): FiringAnswer {
  const room = Math.floor(LARGEST_RESULTS / Math.max(1, events.length));
  const ticks = events.map(tickAnswer).map((tick) => ({ ...tick, result: limitJson(tick.result, room) }));
  return { service, firing: toIso(scheduledFor), ticks };
}

export function tickAnswer(event: TickEvent): TickAnswer {
  const { tick, failure, nextDue } = event;
  return {
    service: event.service,
    tick: tick.kind === 'scheduled' ? toIso(tick.scheduledFor) : null,
    disposition: event.disposition,
    reason: event.reason ?? null,
    outcome: event.outcome ?? null,
    verdict: event.verdict ?? null,
    durationMs: event.durationMs ?? null,
    fence: event.fence ?? null,
    backoffCount: event.state.backoffCount,
    nextDue: nextDue === undefined ? null : toIso(nextDue),
    error: failure === undefined ? null : { class: failure.errorClass, message: failure.message },
    result: event.result ?? null,
  };
}

/** Makes the answer to a manual run at the instant `now`, in epoch milliseconds. */
export function runOnceAnswer(event: TickEvent, now: number): RunOnceAnswer {
  const stays = obstacles(event.state, now, event.build);
  return { action: 'run-once', ...tickAnswer(event), bypassed: event.bypassed, stays };
}

const MOST_NAMES = 20;
/** The most names that the field `known` of an UnknownServiceAnswer contains. */
const MOST_KNOWN = 100;
/**
 * The most bytes of the given service name that an UnknownServiceAnswer shows, since an event may contain megabytes.
 */
const SHOWN_BYTES = 97;

/**
 * Makes the answer to an event that names no service of the function.
 * @param subject the name of the only service of the function, or of the group of services that share it
 * @param known the names of the services of the function
 * @param given the value of the field `service` in the event
 */
export function unknownServiceAnswer(subject: string, known: readonly string[], given: unknown): UnknownServiceAnswer {
  const named = typeof given === 'string' ? cut(mask(given), SHOWN_BYTES) : null;
  const near = named === null ? null : (nearest(named, known) ?? null);
  const listed = known.length > MOST_NAMES ? `${known.slice(0, MOST_NAMES).join(', ')}, ...` : known.join(', ');
  const expected = known.length === 1 ? `'${known[0]}'` : `one of its services (${listed})`;
  const got =
    given === undefined ? 'none' : named === null ? cut(mask(showValue(given)), SHOWN_BYTES) : showValue(named);
  const hint = near === null ? '' : `; did you mean '${near}'?`;
  const message = `${subject}: service: expected ${expected}, got ${got}; nothing was done${hint}`;
  return { error: 'unknown-service', service: named, known: known.slice(0, MOST_KNOWN), nearest: near, message };
}
