/** The rule of lateness: which flow runs may be marked late, and the results of marking them. Pure. */
import { type FlowRun, type FlowRunState, LATE_NAME } from './flow-run.ts';

/** The reason not to mark a flow run late if the type of its state is not SCHEDULED. */
export const ONLY_SCHEDULED = 'Only scheduled flows can be marked late.';
export const ALREADY_LATE = 'This flow run is already marked late.';

type Rejection = typeof ONLY_SCHEDULED | typeof ALREADY_LATE;

/** The new state for a flow run, or the reason why it gets none. */
export type Proposal =
  | { readonly accepted: true; readonly state: FlowRunState }
  | { readonly accepted: false; readonly reason: Rejection };

/**
 * The result of marking one flow run late. `marked` means that its state is now `Late`; with any other result the flow
 * run was not changed. `moved-on` means that it has got another state since it was read.
 */
export type MarkResult = 'marked' | 'already-late' | 'moved-on' | 'deleted';

/** For each reason not to mark a flow run late, the result under which that flow run is counted. */
export const RESULT_OF: Readonly<Record<Rejection, MarkResult>> = {
  [ONLY_SCHEDULED]: 'moved-on',
  [ALREADY_LATE]: 'already-late',
};

/**
 * Returns the state that makes the flow run late, with the id and the time in `fresh`. Its type is SCHEDULED, as
 * before, and the flow run keeps its scheduled time. A flow run that may not be marked late gets a reason instead.
 */
export function proposeLate(run: FlowRun, fresh: { readonly id: string; readonly now: number }): Proposal {
  const reason = rejectionOf(run);
  if (reason !== undefined) return { accepted: false, reason };
  return { accepted: true, state: { id: fresh.id, type: 'SCHEDULED', name: LATE_NAME, timestamp: fresh.now } };
}

function rejectionOf({ state }: FlowRun): Rejection | undefined {
  if (state.type !== 'SCHEDULED') return ONLY_SCHEDULED;
  return state.name === LATE_NAME ? ALREADY_LATE : undefined;
}

/**
 * Returns the result for a flow run that changed between its read and the write that would have marked it late. `now`
 * is the flow run as it is stored, `undefined` if it was deleted.
 */
export function whyLeftAlone(now: FlowRun | undefined): MarkResult {
  if (now === undefined) return 'deleted';
  const reason = rejectionOf(now);
  return reason === undefined ? 'moved-on' : RESULT_OF[reason];
}
