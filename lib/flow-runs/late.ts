/** The rule of lateness: which runs may be marked late, and what came of trying. Pure values. */
import { type FlowRun, type FlowRunState, LATE_NAME } from './flow-run.ts';

/** A new state for a run, or upstream's reason why there is none. */
export type Proposal =
  | { readonly accepted: true; readonly state: FlowRunState }
  | { readonly accepted: false; readonly reason: string };

export const ONLY_SCHEDULED = 'Only scheduled flows can be marked late.';
export const ALREADY_LATE = 'This flow run is already marked late.';

/** The state that makes the run late: the type stays SCHEDULED, and the run keeps its scheduled time. */
export function proposeLate(run: FlowRun, fresh: { readonly id: string; readonly now: number }): Proposal {
  if (run.state.type !== 'SCHEDULED') return { accepted: false, reason: ONLY_SCHEDULED };
  if (run.state.name === LATE_NAME) return { accepted: false, reason: ALREADY_LATE };
  return { accepted: true, state: { id: fresh.id, type: 'SCHEDULED', name: LATE_NAME, timestamp: fresh.now } };
}

/** What came of marking one run late. All but `marked` leave the run alone. */
export type MarkResult = 'marked' | 'already-late' | 'moved-on' | 'deleted';

/** Why a run isn't marked, from what it has become; `undefined`: it is gone. */
export function whyLeftAlone(now: FlowRun | undefined): Exclude<MarkResult, 'marked'> {
  if (now === undefined) return 'deleted';
  return now.state.type === 'SCHEDULED' && now.state.name === LATE_NAME ? 'already-late' : 'moved-on';
}
