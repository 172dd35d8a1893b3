/** The answers of a handler, one type for each request. Times are in ISO 8601; a missing value is `null`. */
import {
  type Disposition,
  type Obstacle,
  type OutcomeKind,
  obstacles,
  type SkipReason,
  type Verdict,
} from '../rules/index.ts';
import { limitJson } from '../text/index.ts';
import type { TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** The answer to a tick. */
export interface TickAnswer {
  readonly service: string;
  /** The due time; `null` for a manual run. */
  readonly tick: string | null;
  readonly disposition: Disposition;
  /** Why the tick was skipped. */
  readonly reason: SkipReason | null;
  /** How the run ended; `null` if there was no run, or if it yielded to a stop of its process. */
  readonly outcome: OutcomeKind | null;
  readonly verdict: Verdict | null;
  readonly durationMs: number | null;
  /** The number of the run. */
  readonly fence: number | null;
  /** Trips since the last success. */
  readonly backoffCount: number;
  /** When the service may run next; `null` if a person must act first. */
  readonly nextDue: string | null;
  /** The error of the run. */
  readonly error: { readonly class: string; readonly message: string } | null;
  /**
   * The result of the workload as JSON, with credentials masked. A text replaces a result that can't be converted or
   * takes more than 64,000 bytes.
   */
  readonly result: unknown;
}

/** The answer to a firing that owns several ticks. */
export interface FiringAnswer {
  readonly service: string;
  /** The minute for which the firing was scheduled. */
  readonly firing: string;
  readonly ticks: readonly TickAnswer[];
}

/** The answer to a manual run. */
export interface RunOnceAnswer extends TickAnswer {
  readonly action: 'run-once';
  /** The reasons for which the schedule would have skipped this run. */
  readonly bypassed: readonly Obstacle[];
  /** The reasons for which the schedule still skips the ticks of the service. */
  readonly stays: readonly Obstacle[];
}

/** The largest size of all results of one firing together, in bytes, since Lambda sends no answer above 6 MB. */
const LARGEST_RESULTS = 3_000_000;

/** The answer to a firing. The more ticks it has, the less room there is for the result of each. */
export function firingAnswer(service: string, scheduledFor: number, events: readonly TickEvent[]): FiringAnswer {
  const room = Math.floor(LARGEST_RESULTS / Math.max(1, events.length));
  const ticks = events.map(tickAnswer).map((tick) => ({ ...tick, result: limitJson(tick.result, room) }));
  return { service, firing: toIso(scheduledFor), ticks };
}

/** The answer to a tick. */
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

/** The answer to a manual run, with the state of affairs at `now`. */
export function runOnceAnswer(event: TickEvent, now: number): RunOnceAnswer {
  const stays = obstacles(event.state, now, event.build);
  return { action: 'run-once', ...tickAnswer(event), bypassed: event.bypassed, stays };
}
