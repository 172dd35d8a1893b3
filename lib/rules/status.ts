/** The status of a service, from its state. */
import { backoffIsOutdated, haltHolds, leaseIsLive, pauseHolds } from './admission.ts';
import type { RunEntry } from './run-history.ts';
import { nextDue, type Schedule } from './schedule.ts';
import type { ServiceState } from './service-state.ts';

/** The status of a service: the first of these that holds. */
export type Status = 'halted' | 'paused' | 'running' | 'backing-off' | 'failing' | 'steady';

/** The status at `now`. A halted service stays `halted` until a run succeeds, even while a probe is due. */
export function serviceStatus(state: ServiceState, now: number): Status {
  if (state.halt !== undefined) return 'halted';
  if (pauseHolds(state.pause, now)) return 'paused';
  if (isRunning(state, now)) return 'running';
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
export function statusSince(state: ServiceState, now: number): number | undefined {
  const status = serviceStatus(state, now);
  if (status === 'halted') return state.halt?.at;
  if (status === 'paused') return state.pause?.at;
  if (status === 'running') return state.lease?.tick;
  // A resume ends a streak without a run: only the streak says how many of the failures belong to it.
  if (status !== 'steady') return state.runs.at(-state.streak)?.at;
  const failed = state.runs.findLastIndex((run) => !succeeded(run));
  return failed >= 0 || state.runs.length >= state.countedUpTo ? state.runs[failed + 1]?.at : undefined;
}

function succeeded(run: RunEntry): boolean {
  return run.outcome === 'succeeded';
}

/** The next due time that admission would accept in this state, or `undefined` if an operator must act first. */
export function nextRunDue(schedule: Schedule, state: ServiceState, now: number, build: string): number | undefined {
  const { halt, pause } = state;
  const halted = haltHolds(halt, now, build);
  const paused = pauseHolds(pause, now);
  if ((halted && halt?.until === undefined) || (paused && pause?.until === undefined)) return undefined;
  const notBefore = backoffIsOutdated(state, build) ? 0 : (state.notBefore ?? 0);
  const earliest = Math.max(halted ? (halt?.until ?? 0) : 0, paused ? (pause?.until ?? 0) : 0, notBefore);
  return nextDue(schedule, Math.max(now, earliest - 1, state.lastTick ?? 0), state.lastTick);
}
