/** The answers: one type for each thing a handler can be asked. Times in ISO 8601, `null` for a missing value. */
import {
  type Disposition,
  haltHolds,
  isBackingOff,
  type OutcomeKind,
  pauseHolds,
  type SkipReason,
  type Verdict,
} from '../rules/index.ts';
import { limitJson } from '../text/index.ts';
import type { Bypassed, TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** What became of a tick. */
export interface TickAnswer {
  readonly service: string;
  /** The due time; `null` for a run by hand. */
  readonly tick: string | null;
  readonly disposition: Disposition;
  /** Why the tick was skipped. */
  readonly reason: SkipReason | null;
  /** How the run ended; `null` if there was none, or it gave way to the process's stop. */
  readonly outcome: OutcomeKind | null;
  readonly verdict: Verdict | null;
  readonly durationMs: number | null;
  /** The run's number. */
  readonly fence: number | null;
  /** Trips since the last success. */
  readonly backoffCount: number;
  /** When the service may run next; `null` if somebody has to act first. */
  readonly nextDue: string | null;
  /** What the run failed with. */
  readonly error: { readonly class: string; readonly message: string } | null;
  /**
   * What the workload returned, as JSON; credentials masked; text in its place if that can't be had, or takes more than
   * 64,000 bytes.
   */
  readonly result: unknown;
}

/** What became of a firing that owns several ticks. */
export interface FiringAnswer {
  readonly service: string;
  /** The minute the firing was for. */
  readonly firing: string;
  readonly ticks: readonly TickAnswer[];
}

/** What became of a run by hand. */
export interface RunOnceAnswer extends TickAnswer {
  readonly action: 'run-once';
  /** What would have kept the schedule from running it. */
  readonly bypassed: readonly Bypassed[];
  /** What still keeps the schedule from running it. */
  readonly stays: readonly Bypassed[];
}

/** What the results of one firing may take together, in bytes: Lambda sends no answer above 6 MB. */
const LARGEST_RESULTS = 3_000_000;

/** The answer of a firing. The more ticks it has, the less room the result of each gets. */
export function firingAnswer(service: string, scheduledFor: number, events: readonly TickEvent[]): FiringAnswer {
  const room = Math.floor(LARGEST_RESULTS / Math.max(1, events.length));
  const ticks = events.map(tickAnswer).map((tick) => ({ ...tick, result: limitJson(tick.result, room) }));
  return { service, firing: toIso(scheduledFor), ticks };
}

/** The answer of a tick. */
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

/** The answer of a run by hand, as things stand at `now`. */
export function runOnceAnswer(event: TickEvent, now: number): RunOnceAnswer {
  const { state, build } = event;
  const stays: Bypassed[] = [];
  if (isBackingOff(state, now)) stays.push('backoff');
  if (pauseHolds(state.pause, now)) stays.push('pause');
  if (haltHolds(state.halt, now, build)) stays.push('halt');
  return { action: 'run-once', ...tickAnswer(event), bypassed: event.bypassed, stays };
}
