export { delayAfter, stretchedInterval } from './delay.ts';
export { InvalidOptionsError } from './invalid-options.ts';
export { clampedPoissonInterval, exponentialCdf, lowerClampMultiple, poissonInterval } from './jitter.ts';
export { cut, errorClassOf, mask, memoOf } from './memo.ts';
export type { Failure, Outcome, OutcomeKind } from './outcome.ts';
export { definePolicy, fillPolicy, type Kind, type Policy, type PolicyOptions, policyFaults, shown } from './policy.ts';
export { RESET_LINE, THRESHOLD_CAUSE } from './report.ts';
export { fitRecord, freshState, type LoopState } from './state.ts';
export { type FailedOutcome, propagates, type Step, step, type Verdict, wouldTrip } from './step.ts';
