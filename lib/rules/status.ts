import { leaseIsLive, pauseHolds } from './admission.ts';
import { hasNeverRun, missedDue, type Punctuality } from './punctuality.ts';
import type { RunEntry } from './run-history.ts';
import type { ServiceState } from './service-state.ts';

/** The status of a service: the first of these, from left to right, that holds. */
export type Status = 'halted' | 'paused' | 'running' | 'never-ran' | 'overdue' | 'backing-off' | 'failing' | 'steady';

/**
 * The status of the service at `now`. A halted service stays `halted` until a run succeeds, even when a probe is due.
 * @param punctual the schedule and the tolerance by which `never-ran` and `overdue` are judged; by default neither is
 * judged
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
 * Whether a run is under way: a lease is live, and its run isn't counted as ended yet. A live lease alone isn't enough,
 * since an ended run keeps its lease if its workload goes on.
 */
export function isRunning(state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && state.fence > state.countedUpTo;
}

/**
 * The instant since which the status holds; for `running`, the due time of the tick. `undefined` if the status began
 * before the oldest run of the run history, if the run under way is manual, or if the service has never run.
 */
export function statusSince(state: ServiceState, now: number, punctual?: Punctuality): number | undefined {
  const status = serviceStatus(state, now, punctual);
  if (status === 'halted') return state.halt?.at;
  if (status === 'paused') return state.pause?.at;
  if (status === 'running') return state.lease?.tick;
  if (status === 'never-ran') return undefined;
  if (status === 'overdue') return punctual === undefined ? undefined : missedDue(punctual, state, { now });
  // A resume sets the streak to 0. So the streak, and not the run history, says how many runs have failed since then.
  if (status !== 'steady') return state.runs.at(-state.streak)?.at;
  const failed = state.runs.findLastIndex((run) => !succeeded(run));
  return failed >= 0 || state.runs.length >= state.countedUpTo ? state.runs[failed + 1]?.at : undefined;
}

function succeeded(run: RunEntry): boolean {
  return run.outcome === 'succeeded';
}
