/** A store in memory whose state a test can read at any moment. */
import { NEVER_RUN, type ServiceState } from '../rules/index.ts';
import type { StateStore } from '../tick/index.ts';
import { memoryStore } from './memory-store.ts';

/** A store, and a function that returns the state in it. */
export interface ObservedStore {
  readonly store: StateStore;
  readonly stored: () => ServiceState;
}

/** Makes an empty store for one service. */
export function observedStore(service: string): ObservedStore {
  const store = memoryStore();
  let state: ServiceState = NEVER_RUN;

  async function observed<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const given = await answer;
    state = (await store.read(service)) ?? NEVER_RUN;
    return given;
  }

  return {
    stored: () => state,
    store: {
      ...store,
      acquire: (request) => observed(store.acquire(request)),
      commit: (claim, next) => observed(store.commit(claim, next)),
      release: (claim) => observed(store.release(claim)),
      pause: (name, pause) => observed(store.pause(name, pause)),
      resume: (name) => observed(store.resume(name)),
    },
  };
}
