/** The answers: one type for each thing a handler can be asked. Times in ISO 8601, `null` where there is nothing to tell. */
import type { OutcomeKind, Verdict } from '../loop/index.ts';
import type { Bypassed, TickStory } from '../runner/index.ts';
import { type Disposition, haltHolds, isBackingOff, pauseHolds, type SkipReason } from '../tick/index.ts';
import { toIso } from '../time/index.ts';
import { tellable } from './tellable.ts';

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
  /** What the workload returned, as JSON; text in its place if that can't be had, or is longer than 64,000 characters. */
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

/** The answer of a tick's story. */
export function tickAnswer(story: TickStory): TickAnswer {
  const { tick, failure, nextDue } = story;
  return {
    service: story.service,
    tick: tick.kind === 'scheduled' ? toIso(tick.scheduledFor) : null,
    disposition: story.disposition,
    reason: story.reason ?? null,
    outcome: story.outcome ?? null,
    verdict: story.verdict ?? null,
    durationMs: story.durationMs ?? null,
    fence: story.fence ?? null,
    backoffCount: story.state.backoffCount,
    nextDue: nextDue === undefined ? null : toIso(nextDue),
    error: failure === undefined ? null : { class: failure.errorClass, message: failure.message },
    result: tellable(story.result),
  };
}

/** The answer of a run by hand, as things stand at `now`. */
export function runOnceAnswer(story: TickStory, now: number): RunOnceAnswer {
  const { state, build } = story;
  const stays: Bypassed[] = [];
  if (isBackingOff(state, now)) stays.push('backoff');
  if (pauseHolds(state.pause, now)) stays.push('pause');
  if (haltHolds(state.halt, now, build)) stays.push('halt');
  return { action: 'run-once', ...tickAnswer(story), bypassed: story.bypassed, stays };
}
