/** Flow runs in memory, for tests of what works on them. It passes the same contract as the store on DynamoDB. */
import {
  type FlowRun,
  type FlowRunStore,
  isWaiting,
  type Place,
  type UnreadableRun,
} from '../../lib/flow-runs/index.ts';

/** A store whose runs can be reached into, and which knows what it was asked. */
export interface MemoryFlowRunStore extends FlowRunStore {
  readonly held: Map<string, FlowRun>;
  /** Runs that can't be read, told with every page that begins at the oldest. */
  readonly unreadable: UnreadableRun[];
  /** How many runs each page had. */
  readonly pageSizes: number[];
}

export function memoryFlowRunStore(runs: readonly FlowRun[] = []): MemoryFlowRunStore {
  const held = new Map(runs.map((run) => [run.id, run]));
  const unreadable: UnreadableRun[] = [];
  const pageSizes: number[] = [];
  return {
    held,
    unreadable,
    pageSizes,
    async due({ cutoff, limit, after }) {
      const waiting = [...held.values()]
        .filter((run) => isWaiting(run) && placeOf(run).start <= cutoff)
        .filter((run) => after === undefined || compare(placeOf(run), after) > 0)
        .toSorted((one, other) => compare(placeOf(one), placeOf(other)));
      const page = waiting.slice(0, limit);
      pageSizes.push(page.length);
      const last = page.at(-1);
      const next = last === undefined || page.length < limit ? {} : { next: placeOf(last) };
      return { runs: page, unreadable: after === undefined ? unreadable : [], ...next };
    },
    async transition(seen, state) {
      const now = held.get(seen.id);
      if (now === undefined) return { written: false };
      if (now.state.id === state.id) return { written: true };
      const { id, type, name } = now.state;
      if (id !== seen.state.id || type !== seen.state.type || name !== seen.state.name) return { written: false, now };
      held.set(seen.id, { ...now, state });
      return { written: true };
    },
    async put(run, options) {
      const newer = (held.get(run.id)?.state.timestamp ?? 0) > run.state.timestamp;
      if (newer && options?.overwrite !== true) return false;
      held.set(run.id, run);
      return true;
    },
    get: async (id) => held.get(id),
    list: async () => ({ runs: [...held.values()], unreadable }),
  };
}

function placeOf(run: FlowRun): Place {
  return { start: run.nextScheduledStartTime ?? 0, id: run.id };
}

function compare(one: Place, other: Place): number {
  return one.start - other.start || (one.id < other.id ? -1 : one.id === other.id ? 0 : 1);
}
