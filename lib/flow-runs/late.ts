/** The rule of lateness: which runs may be marked late, and the results of marking. Pure. */
import { type FlowRun, type FlowRunState, LATE_NAME } from './flow-run.ts';

/** The reason why a run in another state is not marked late. */
export const ONLY_SCHEDULED = 'Only scheduled flows can be marked late.';
export const ALREADY_LATE = 'This flow run is already marked late.';

type Rejection = typeof ONLY_SCHEDULED | typeof ALREADY_LATE;

/** A new state for a run, or the reason why there is none. */
export type Proposal =
  | { readonly accepted: true; readonly state: FlowRunState }
  | { readonly accepted: false; readonly reason: Rejection };

/** The result of marking one run late. Only with `marked` the run has changed. */
export type MarkResult = 'marked' | 'already-late' | 'moved-on' | 'deleted';

/** For each reason not to mark a flow run late: the result under which it is counted. */
export const RESULT_OF: Readonly<Record<Rejection, MarkResult>> = {
  [ONLY_SCHEDULED]: 'moved-on',
  [ALREADY_LATE]: 'already-late',
};

/** The state that makes the run late: its type is still SCHEDULED, and the run keeps its scheduled time. */
export function proposeLate(run: FlowRun, fresh: { readonly id: string; readonly now: number }): Proposal {
  const reason = rejectionOf(run);
  if (reason !== undefined) return { accepted: false, reason };
  return { accepted: true, state: { id: fresh.id, type: 'SCHEDULED', name: LATE_NAME, timestamp: fresh.now } };
}

function rejectionOf({ state }: FlowRun): Rejection | undefined {
  if (state.type !== 'SCHEDULED') return ONLY_SCHEDULED;
  return state.name === LATE_NAME ? ALREADY_LATE : undefined;
}

/** The result for a run that changed before the write. `now` is the run at present, `undefined` if it was deleted. */
export function whyLeftAlone(now: FlowRun | undefined): MarkResult {
  if (now === undefined) return 'deleted';
  const reason = rejectionOf(now);
  return reason === undefined ? 'moved-on' : RESULT_OF[reason];
}
