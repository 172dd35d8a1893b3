/** Flow runs for tests. */
import type { FlowRun, FlowRunState } from '../../lib/flow-runs/index.ts';

/** 2024-11-05T02:00:00Z. */
export const START = 1_730_772_000_000;

/** A run in state `Scheduled`, due at START, unless told otherwise. */
export function waitingRun(id: string, start: number | null = START, state: Partial<FlowRunState> = {}): FlowRun {
  return {
    id,
    name: `run ${id}`,
    deploymentId: 'nightly',
    state: { id: `${id}-scheduled`, type: 'SCHEDULED', name: 'Scheduled', timestamp: START - 86_400_000, ...state },
    ...(start === null ? {} : { nextScheduledStartTime: start }),
  };
}

export const LATE_STATE: FlowRunState = { id: 'late-1', type: 'SCHEDULED', name: 'Late', timestamp: START + 20_000 };
export const RUNNING_STATE: FlowRunState = {
  id: 'running-1',
  type: 'RUNNING',
  name: 'Running',
  timestamp: START + 1_000,
};
