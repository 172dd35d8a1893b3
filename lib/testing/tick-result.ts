/** The result of one tick, or of one run by hand, in a harness. */
import type { Disposition, Obstacle, OutcomeKind, SkipReason, Tick, Verdict } from '../rules/index.ts';
import type { InputIssue } from '../service/index.ts';
import type { TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** What became of one tick: the fields of the answer on Lambda, as plain data. A missing value is `null`. */
export interface TickResult<Result = unknown> {
  /** The due time of the tick in ISO 8601; `null` for a run by hand. */
  readonly tick: string | null;
  readonly disposition: Disposition;
  /** Why the tick was skipped. */
  readonly reason: SkipReason | null;
  /** How the run ended. After `crash()` it is `crashed`, and the state counts the crash at the next run. */
  readonly outcome: OutcomeKind | null;
  readonly verdict: Verdict | null;
  /** The value that the workload returned, as JSON with credentials masked. */
  readonly result: Result | null;
  /** The error with which the run failed. */
  readonly error: { readonly class: string; readonly message: string } | null;
  /** The number of the run. */
  readonly fence: number | null;
  /** How long the run took on the virtual clock. */
  readonly durationMs: number | null;
  /** How many crashed runs this tick has counted. */
  readonly crashesCounted: number;
  /** For a run by hand, the reasons for which the schedule would have skipped a tick. */
  readonly bypassed: readonly Obstacle[];
  /** The lines of the report about failures and recoveries. */
  readonly report: readonly string[];
  /** Why the input of a run by hand was refused. Such a run is `skipped` without a `reason`; else the list is empty. */
  readonly inputIssues: readonly InputIssue[];
  /** The next due time that may run, in ISO 8601. */
  readonly nextDue: string | null;
  /**
   * Whether the process would have ended after this run, since the workload ignored its signal or left a stray error
   * behind. The next run then calls `prepare` again. The process of the test goes on.
   */
  readonly recycled: boolean;
}

/** Makes the result of an ended tick. */
export function tickResult<Result>(event: TickEvent, recycled: boolean): TickResult<Result> {
  const { failure, nextDue } = event;
  return {
    tick: dueTimeOf(event.tick),
    disposition: event.disposition,
    reason: event.reason ?? null,
    outcome: event.outcome ?? null,
    verdict: event.verdict ?? null,
    result: (event.result ?? null) as Result | null,
    error: failure === undefined ? null : { class: failure.errorClass, message: failure.message },
    fence: event.fence ?? null,
    durationMs: event.durationMs ?? null,
    crashesCounted: event.crashesBooked,
    bypassed: event.bypassed,
    report: event.report,
    inputIssues: [],
    nextDue: nextDue === undefined ? null : toIso(nextDue),
    recycled,
  };
}

/** Makes the result of a run whose process crashed before its commit. Nothing of it was written. */
export function crashedResult<Result>(tick: Tick, fence: number): TickResult<Result> {
  return { ...NOTHING_WRITTEN, tick: dueTimeOf(tick), disposition: 'ran', outcome: 'crashed', fence, recycled: true };
}

/** Makes the result of a run by hand whose input was refused. Nothing was done. */
export function refusedResult<Result>(inputIssues: readonly InputIssue[]): TickResult<Result> {
  return { ...NOTHING_WRITTEN, inputIssues };
}

const NOTHING_WRITTEN = {
  tick: null,
  disposition: 'skipped',
  reason: null,
  outcome: null,
  verdict: null,
  result: null,
  error: null,
  fence: null,
  durationMs: null,
  crashesCounted: 0,
  bypassed: [],
  report: [],
  inputIssues: [],
  nextDue: null,
  recycled: false,
} as const satisfies TickResult<unknown>;

function dueTimeOf(tick: Tick): string | null {
  return tick.kind === 'scheduled' ? toIso(tick.scheduledFor) : null;
}
