/**
 * Applies ended runs to a service's state, one after the other: crashed runs first, then the run that found them. Pure,
 * so that a commit which an operator's resume got ahead of applies the same list to the state that stands then.
 */

import type { ErrorSummary } from '../text/index.ts';
import { applyRun, type EndedRun, type Rules } from './apply-run.ts';
import { appendRun } from './run-history.ts';
import type { RunRecord } from './run-record.ts';
import { type ServiceState, toLoopState } from './service-state.ts';
import { type Verdict, wouldTrip } from './step.ts';

/** The state after some runs, and everything that must be written or reported with it. */
export interface AppliedRuns {
  readonly state: ServiceState;
  /** The streak after each run, and whether the service was halted by then. */
  readonly steps: readonly { readonly fence: number; readonly streak: number; readonly halted: boolean }[];
  /** Run records to write before the state. */
  readonly records: readonly RunRecord[];
  /** The lines for the printer. */
  readonly report: readonly string[];
  /** The verdict on the last run that was stepped; absent without a run. */
  readonly verdict?: Verdict;
  /** Whether a run tripped, so that its report shows `remembered`. */
  readonly tripped: boolean;
}

/**
 * Applies the runs in order.
 * @param remembered failures of earlier invocations, oldest first; only a trip's report shows them
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
      // Too late for a step: a crash behind the one that halted the service counts in the history and the streak alone.
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

/** A run gets a record if it failed, was made by hand or crashed; the run history shows the others. */
function recordOf({ service, build }: Rules, run: EndedRun, verdict?: Verdict): RunRecord {
  const { fence, at, manual, outcome, endedAt, durationMs } = run;
  return {
    service,
    fence,
    at,
    manual,
    outcome: outcome.kind,
    startedAt: endedAt - durationMs,
    durationMs,
    build,
    ...(verdict === undefined ? {} : { verdict }),
    ...(outcome.kind === 'succeeded' ? {} : { failure: outcome.failure }),
  };
}
