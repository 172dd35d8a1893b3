/**
 * The step: the state of a loop after one more outcome. Pure; its callers do everything that has an effect.
 *
 * 1. Success (R2): true is added to the track record, a halt is lifted, and a backoff count above 0 is reset with a
 *    report.
 * 2. A fatal error (R4): the service halts, and the rest of the state is unchanged.
 * 3. Any other failure (R3): false is added to the track record, the failure is remembered, the streak grows.
 * 4. A failure that leaves no true in the track record (R5) is a trip, with a report. The backoff count rises. When the
 *    count reaches `backoff`, the service halts.
 * 5. After a trip below `backoff` (R6), track record and failures start over, and the service backs off.
 *
 * A probe of a halted service takes the same steps, but any failure halts the service again at once. The rules R2 to R6
 * are in docs/design.md, section 4.
 */
import type { ErrorSummary } from '../text/index.ts';
import { stretchedInterval } from './delay.ts';
import { allTrue, type LoopState } from './loop-state.ts';
import type { Outcome } from './outcome.ts';
import type { Policy } from './policy.ts';
import { backingOffLine, RESET_LINE, THRESHOLD_CAUSE, tripLines } from './report.ts';

/**
 * The conclusion of a step: `recovered` if a backoff or a halt ended, `backing-off` after a trip, `halted` if the
 * service halts, else `steady`.
 */
export type Verdict = 'steady' | 'recovered' | 'backing-off' | 'halted';

/** The result of a step. `report` is empty if there is nothing to report. */
export interface Step {
  readonly state: LoopState;
  readonly verdict: Verdict;
  readonly report: readonly string[];
}

/** Returns the state of a loop after one more outcome, with the verdict and the report. */
export function step(policy: Policy, state: LoopState, outcome: Outcome): Step {
  if (outcome.kind === 'succeeded') return afterSuccess(policy, state);
  if (propagates(policy, outcome)) return afterFatal(state, outcome.failure);
  return afterFailure(policy, state, outcome.failure);
}

/** Whether the outcome is a fatal error that halts the service at once (rule R4 of docs/design.md). */
export function propagates(policy: Policy, outcome: Outcome): boolean {
  return outcome.kind === 'fatal' && policy.onFatal === 'halt';
}

/**
 * Whether this outcome makes a trip. The report of a trip shows the remembered failures, so a caller must read them
 * before the step.
 */
export function wouldTrip(policy: Policy, state: LoopState, outcome: Outcome): boolean {
  if (outcome.kind === 'succeeded' || propagates(policy, outcome)) return false;
  return policy.trips && noTrueLeft(pushed(state.trackRecord, false, policy.consecutive));
}

function afterSuccess(policy: Policy, state: LoopState): Step {
  const { haltCause, ...rest } = state;
  const reset = state.backoffCount > 0;
  return {
    state: { ...rest, trackRecord: pushed(state.trackRecord, true, policy.consecutive), backoffCount: 0, streak: 0 },
    verdict: reset || haltCause !== undefined ? 'recovered' : 'steady',
    report: reset ? [RESET_LINE] : [],
  };
}

function afterFatal(state: LoopState, failure: ErrorSummary): Step {
  return { state: { ...state, haltCause: causeOf(failure) }, verdict: 'halted', report: [] };
}

function afterFailure(policy: Policy, state: LoopState, failure: ErrorSummary): Step {
  const failed: LoopState = {
    ...state,
    trackRecord: pushed(state.trackRecord, false, policy.consecutive),
    failures: pushed(state.failures, failure, policy.memory),
    streak: state.streak + 1,
  };
  if (policy.trips && noTrueLeft(failed.trackRecord)) return afterTrip(policy, failed);
  if (state.haltCause !== undefined) return afterFatal(failed, failure);
  return { state: failed, verdict: 'steady', report: [] };
}

function afterTrip(policy: Policy, failed: LoopState): Step {
  const backoffCount = failed.backoffCount + 1;
  const lines = tripLines(policy, failed.failures);
  if (failed.haltCause !== undefined || backoffCount >= policy.backoff) {
    return { state: { ...failed, backoffCount, haltCause: THRESHOLD_CAUSE }, verdict: 'halted', report: lines };
  }
  return {
    state: { ...failed, trackRecord: allTrue(policy), failures: [], backoffCount },
    verdict: 'backing-off',
    report: [...lines, backingOffLine(stretchedInterval(policy, backoffCount))],
  };
}

function causeOf(failure: ErrorSummary): string {
  return `${failure.errorClass}: ${failure.message}`;
}

function noTrueLeft(trackRecord: readonly boolean[]): boolean {
  return !trackRecord.includes(true);
}

/** The list with `value` added at its end, cut at its start to `size` values. */
function pushed<Value>(ring: readonly Value[], value: Value, size: number): readonly Value[] {
  const all = [...ring, value];
  return all.slice(Math.max(0, all.length - size));
}
