/**
 * Applies a list of ended runs to the state of their service: first the crashed runs, then the run that counted them.
 * Pure, so that a commit can apply the same list again if an operator has resumed the service meanwhile.
 */

import { type ErrorSummary, withoutUndefined } from '../text/index.ts';
import { applyRun, type EndedRun, type Rules } from './apply-run.ts';
import { appendRun } from './run-history.ts';
import type { RunRecord } from './run-record.ts';
import { type ServiceState, toLoopState } from './service-state.ts';
import { type Verdict, wouldTrip } from './step.ts';

/** The state after a list of ended runs, with the run records and the report to write. */
export interface AppliedRuns {
  readonly state: ServiceState;
  /** For each run: its fence, the streak after the run, and whether the service was halted then. */
  readonly steps: readonly { readonly fence: number; readonly streak: number; readonly halted: boolean }[];
  /** The records of the failed, manual and crashed runs. A caller must write these records before the state. */
  readonly records: readonly RunRecord[];
  readonly report: readonly string[];
  /** The verdict of the last step; absent if no run made a step. */
  readonly verdict?: Verdict;
  /**
   * Whether one of the runs made a trip. Then the caller must call {@link applyRuns} again with `remembered`, since the
   * report of a trip also shows earlier failures.
   */
  readonly tripped: boolean;
}

/**
 * Applies ended runs, in their order, to the state `before` the first of them.
 * @param remembered the error summaries of earlier failed runs, oldest first; only the report of a trip shows them
 */
export function applyRuns(
  rules: Rules,
  before: ServiceState,
  runs: readonly EndedRun[],
  remembered: readonly ErrorSummary[] = [],
): AppliedRuns {
  let [state, failures] = [before, remembered];
  let verdict: Verdict | undefined;
  let tripped = false;
  const steps: AppliedRuns['steps'][number][] = [];
  const records: RunRecord[] = [];
  const report: string[] = [];
  for (const run of runs) {
    if (run.outcome.kind === 'crashed' && verdict === 'halted') {
      // A run that crashed after an earlier run of this list halted the service makes no step. It counts only in the
      // run history and the streak.
      state = counted(state, run);
      records.push(recordOf(rules, run));
    } else {
      tripped ||= wouldTrip(rules.policy, toLoopState(rules.policy, state), run.outcome);
      const applied = applyRun(rules, state, failures, run);
      ({ state, failures, verdict } = applied);
      report.push(...applied.report);
      if (run.outcome.kind !== 'succeeded' || run.manual) records.push(recordOf(rules, run, verdict));
    }
    steps.push({ fence: run.fence, streak: state.streak, halted: verdict === 'halted' });
  }
  return { state, steps, records, report, tripped, ...(verdict === undefined ? {} : { verdict }) };
}

function counted(state: ServiceState, { outcome, at, durationMs, manual }: EndedRun): ServiceState {
  const runs = appendRun(state.runs, { outcome: outcome.kind, at, durationMs, manual });
  return { ...state, streak: state.streak + 1, runs };
}

function recordOf({ service, build }: Rules, run: EndedRun, verdict?: Verdict): RunRecord {
  const { fence, at, manual, outcome, endedAt, durationMs } = run;
  return withoutUndefined({
    service,
    fence,
    at,
    manual,
    outcome: outcome.kind,
    startedAt: endedAt - durationMs,
    durationMs,
    build,
    verdict,
    failure: outcome.kind === 'succeeded' ? undefined : outcome.failure,
  });
}
