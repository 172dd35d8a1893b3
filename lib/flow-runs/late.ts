import { type FlowRun, type FlowRunState, LATE_NAME } from './flow-run.ts';

/** Why a flow run is not marked late if the type of its state is not SCHEDULED. */
export const ONLY_SCHEDULED = 'Only scheduled flows can be marked late.';
export const ALREADY_LATE = 'This flow run is already marked late.';

type Rejection = typeof ONLY_SCHEDULED | typeof ALREADY_LATE;

/** The answer of `proposeLate`: the new state, or the reason why the flow run keeps its state. */
export type Proposal =
  | { readonly accepted: true; readonly state: FlowRunState }
  | { readonly accepted: false; readonly reason: Rejection };

/**
 * The result of marking one flow run late. Only `marked` changes the flow run. `moved-on` means that another program
 * has changed its state meanwhile.
 */
export type MarkResult = 'marked' | 'already-late' | 'moved-on' | 'deleted';

/** The result under which a flow run is counted that is not marked late, for each reason. */
export const RESULT_OF: Readonly<Record<Rejection, MarkResult>> = {
  [ONLY_SCHEDULED]: 'moved-on',
  [ALREADY_LATE]: 'already-late',
};

/** Returns the state `Late` for the flow run, with the id and time in `fresh`, or the reason not to mark it late. */
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
 * Returns the result for a flow run that changed before it could be marked late. `now` is the stored flow run,
 * `undefined` if it was deleted.
 */
export function whyLeftAlone(now: FlowRun | undefined): MarkResult {
  if (now === undefined) return 'deleted';
  const reason = rejectionOf(now);
  return reason === undefined ? 'moved-on' : RESULT_OF[reason];
}
