/** Judges the status of a service from its state. */
import { leaseIsLive, pauseHolds } from './admission.ts';
import { hasNeverRun, missedDue, type Punctuality } from './punctuality.ts';
import type { RunEntry } from './run-history.ts';
import type { ServiceState } from './service-state.ts';

/** The status of a service: the first of these, from left to right, that holds. */
export type Status = 'halted' | 'paused' | 'running' | 'never-ran' | 'overdue' | 'backing-off' | 'failing' | 'steady';

/**
 * The status of the service at `now`. A halted service stays `halted` until a run succeeds, even while a probe is due.
 * @param punctual the schedule and the tolerance by which `never-ran` and `overdue` are judged.
 * @default neither is judged. A caller leaves this out right after a tick, which itself shows that the schedule works
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
 * Whether a run is under way. A live lease alone does not show that a run is under way, since a committed run may keep
 * its lease until its process has ended.
 */
export function isRunning(state: ServiceState, now: number): boolean {
  return leaseIsLive(state, now) && state.fence > state.countedUpTo;
}

/**
 * The instant since which the status of the service holds. For a run under way this is the due time of its tick.
 * `undefined` if the status began before the oldest run of the run history, if the run under way is manual, or if the
 * service has never run.
 */
export function statusSince(state: ServiceState, now: number, punctual?: Punctuality): number | undefined {
  const status = serviceStatus(state, now, punctual);
  if (status === 'halted') return state.halt?.at;
  if (status === 'paused') return state.pause?.at;
  if (status === 'running') return state.lease?.tick;
  if (status === 'never-ran') return undefined;
  if (status === 'overdue') return punctual === undefined ? undefined : missedDue(punctual, state, { now });
  // A resume sets the streak to 0 without a run. So only the streak says how many failures at the end of the history
  // count.
  if (status !== 'steady') return state.runs.at(-state.streak)?.at;
  const failed = state.runs.findLastIndex((run) => !succeeded(run));
  return failed >= 0 || state.runs.length >= state.countedUpTo ? state.runs[failed + 1]?.at : undefined;
}

function succeeded(run: RunEntry): boolean {
  return run.outcome === 'succeeded';
}
