/** The status of a service, from its state. */
import { leaseIsLive, pauseHolds } from './admission.ts';
import { hasNeverRun, missedDue, type Punctuality } from './punctuality.ts';
import type { RunEntry } from './run-history.ts';
import type { ServiceState } from './service-state.ts';

/** The status of a service: the first of these that holds. */
export type Status = 'halted' | 'paused' | 'running' | 'never-ran' | 'overdue' | 'backing-off' | 'failing' | 'steady';

/**
 * The status at `now`. A halted service stays `halted` until a run succeeds, even while a probe is due.
 * @param punctual judges `never-ran` and `overdue`. @default neither is judged, as after a tick, which shows life
 */
export function serviceStatus(state: ServiceState, now: number, punctual?: Punctuality): Status {
  if (state.halt !== undefined) return 'halted';
  if (pauseHolds(state.pause, now)) return 'paused';
  if (isRunning(state, now)) return 'running';
  if (punctual !== undefined && hasNeverRun(state)) return 'never-ran';
  if (punctual !== undefined && missedDue(punctual, state, { now }) !== undefined) return 'overdue';
  if (state.backoffCount > 0) return 'backing-off';
  return state.streak > 0 ? 'failing' : 'steady';
}

/**
 * Whether a run is under way. A live lease alone does not show it, since a committed run may keep its lease until its
 * process has ended.
 */
function isRunning(state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && state.fence > state.countedUpTo;
}

/**
 * Since when the status holds: for a run under way the due time of its tick. `undefined` where the status began before
 * the oldest run of the history, and for a manual run under way.
 */
export function statusSince(state: ServiceState, now: number, punctual?: Punctuality): number | undefined {
  const status = serviceStatus(state, now, punctual);
  if (status === 'halted') return state.halt?.at;
  if (status === 'paused') return state.pause?.at;
  if (status === 'running') return state.lease?.tick;
  if (status === 'never-ran') return undefined;
  if (status === 'overdue') return punctual === undefined ? undefined : missedDue(punctual, state, { now });
  // A resume ends a streak without a run: only the streak says how many of the failures belong to it.
  if (status !== 'steady') return state.runs.at(-state.streak)?.at;
  const failed = state.runs.findLastIndex((run) => !succeeded(run));
  return failed >= 0 || state.runs.length >= state.countedUpTo ? state.runs[failed + 1]?.at : undefined;
}

function succeeded(run: RunEntry): boolean {
  return run.outcome === 'succeeded';
}
