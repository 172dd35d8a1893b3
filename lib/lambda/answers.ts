/**
 * The answers of a Lambda handler to a firing and to a manual run. Times are in ISO 8601; a missing value is `null`.
 */
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

/** The answer to an event that names no service of the function: nothing was done. */
export interface UnknownServiceAnswer {
  readonly error: 'unknown-service';
  /** The service that was named, with credentials masked; `null` if it is no text. */
  readonly service: string | null;
  /** The services of the function. */
  readonly known: readonly string[];
  /** The known name that was probably meant. */
  readonly nearest: string | null;
  /** What was expected and what came, in words. */
  readonly message: string;
}

/** The answer to a tick: whether it ran, and how its run ended. */
export interface TickAnswer {
  readonly service: string;
  /** The due time of the tick; `null` for a manual run. */
  readonly tick: string | null;
  readonly disposition: Disposition;
  /** Why the tick was skipped; `null` if it ran. */
  readonly reason: SkipReason | null;
  /** How the run ended; `null` if the tick was skipped, or if the run yielded because its process stops. */
  readonly outcome: OutcomeKind | null;
  readonly verdict: Verdict | null;
  readonly durationMs: number | null;
  /**
   * The number of the lease that the tick took, which is also the number of its run; `null` if the tick took no lease.
   */
  readonly fence: number | null;
  /** The number of trips since the last success of the service. */
  readonly backoffCount: number;
  /**
   * The next due time at which the service may run; `null` if an operator must act first, for example resume the
   * service.
   */
  readonly nextDue: string | null;
  /** The error with which the run failed; `null` if the run didn't fail, or if there was no run. */
  readonly error: { readonly class: string; readonly message: string } | null;
  /**
   * The value that the workload returned, as JSON with credentials masked; `null` if it returned none. A value that
   * can't be converted to JSON, or takes more than 64,000 bytes, is replaced by a text that explains it.
   */
  readonly result: unknown;
}

/** The answer to a firing that owns several ticks, because the interval of its service is below a minute. */
export interface FiringAnswer {
  readonly service: string;
  /** The minute for which the firing was scheduled, in ISO 8601. */
  readonly firing: string;
  readonly ticks: readonly TickAnswer[];
}

/** The answer to a manual run. */
export interface RunOnceAnswer extends TickAnswer {
  readonly action: 'run-once';
  /**
   * The reasons for which the schedule would have skipped a tick at the moment of this run (`backoff`, `pause`,
   * `halt`); empty if there are none.
   */
  readonly bypassed: readonly Obstacle[];
  /**
   * The reasons for which the schedule still skips the ticks of the service after this run (`backoff`, `pause`,
   * `halt`); empty if there are none.
   */
  readonly stays: readonly Obstacle[];
}

/**
 * The most bytes that the results of all ticks may take together in the answer to one firing. Lambda sends no answer
 * above 6 MB.
 */
const LARGEST_RESULTS = 3_000_000;

/**
 * Makes the answer to a firing that owns several ticks. Each tick gets the same share of LARGEST_RESULTS. A result that
 * takes more bytes than its share is replaced by a few words.
 */
export function firingAnswer(service: string, scheduledFor: number, events: readonly TickEvent[]): FiringAnswer {
  const room = Math.floor(LARGEST_RESULTS / Math.max(1, events.length));
  const ticks = events.map(tickAnswer).map((tick) => ({ ...tick, result: limitJson(tick.result, room) }));
  return { service, firing: toIso(scheduledFor), ticks };
}

/** Makes the answer to a tick from the event that describes the ended tick. */
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

/**
 * Makes the answer to a manual run.
 * @param now the instant for which the field `stays` of the answer is computed, in epoch milliseconds
 */
export function runOnceAnswer(event: TickEvent, now: number): RunOnceAnswer {
  const stays = obstacles(event.state, now, event.build);
  return { action: 'run-once', ...tickAnswer(event), bypassed: event.bypassed, stays };
}

/** As many names as a message lists. */
const MOST_NAMES = 20;
/** How many known names the data of the answer lists. */
const MOST_KNOWN = 100;
/** The largest length of a name as an answer shows it: an event may have megabytes. */
const SHOWN_BYTES = 97;

/**
 * The answer where an event names no service of the function.
 * @param subject the service, or the group, whose function was invoked
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
