/**
 * Applies ended runs to the state of their service, in this order: first the crashed runs, then the run that counted
 * them. Pure: if an operator resumes the service before the commit, the commit applies the same list to the new state.
 */

import { type ErrorSummary, withoutUndefined } from '../text/index.ts';
import { applyRun, type EndedRun, type Rules } from './apply-run.ts';
import { appendRun } from './run-history.ts';
import type { RunRecord } from './run-record.ts';
import { type ServiceState, toLoopState } from './service-state.ts';
import { type Verdict, wouldTrip } from './step.ts';

/** The state after some runs, and everything that must be written or reported together with this state. */
export interface AppliedRuns {
  readonly state: ServiceState;
  /** For each of the runs, by its fence: the streak after it, and whether that run left the service halted. */
  readonly steps: readonly { readonly fence: number; readonly streak: number; readonly halted: boolean }[];
  /**
   * The run records of those runs that were failed, manual or crashed. They must be written to the table before the
   * state.
   */
  readonly records: readonly RunRecord[];
  /** The lines of the report, for the service's `printer`. */
  readonly report: readonly string[];
  /** The verdict of the last step. Absent if there was no step. */
  readonly verdict?: Verdict;
  /**
   * Whether one of the runs was a trip. The report of a trip shows failures of earlier invocations too, so a caller
   * must then pass the parameter `remembered` of {@link applyRuns}.
   */
  readonly tripped: boolean;
}

/**
 * Applies ended runs, in their order, to the state `before` them.
 * @param remembered the failures of earlier invocations, oldest first; only the report of a trip shows them
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
      // An earlier run of this list halted the service, and then this run crashed. No step is made for it: it counts
      // only in the run history and the streak.
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

/** Makes the run record of a failed, manual or crashed run. For other runs only the run history has an entry. */
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
