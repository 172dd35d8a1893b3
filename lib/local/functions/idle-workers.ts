import { type Clock, MINUTE, SECOND } from '../../time/index.ts';

export interface Idle {
  retire(): void;
}

/** The worker threads of a machine that have no invocation. */
export interface IdleWorkers {
  add(worker: Idle): void;
  remove(worker: Idle): void;
}

/** The most worker threads without an invocation that a machine keeps. */
const MOST = 4;
/**
 * After this time without an invocation a worker thread is ended, in milliseconds. On Lambda it takes about as long.
 */
const LONGEST = 5 * MINUTE;
/**
 * The least time from the last answer of a worker to its end, in milliseconds, since its last log lines arrive after
 * the answer.
 */
const SHORTEST = SECOND;

/**
 * Makes a list that ends a worker thread after LONGEST without an invocation. If more than `most` workers are idle, it
 * ends the one that has been idle longest.
 */
export function idleWorkers(clock: Clock, most = MOST): IdleWorkers {
  const idle = new Map<Idle, AbortController>();
  const ripe = new Set<Idle>();

  const remove = (worker: Idle) => {
    idle.get(worker)?.abort();
    idle.delete(worker);
    ripe.delete(worker);
  };
  const retire = (worker: Idle) => {
    remove(worker);
    worker.retire();
  };
  const watch = async (worker: Idle, { signal }: AbortController) => {
    await clock.sleep(SHORTEST, signal);
    if (signal.aborted) return;
    ripe.add(worker);
    const [oldest] = ripe;
    if (ripe.size > most && oldest !== undefined) retire(oldest);
    await clock.sleep(LONGEST - SHORTEST, signal);
    if (!signal.aborted) retire(worker);
  };
  return {
    add(worker) {
      remove(worker);
      const left = new AbortController();
      idle.set(worker, left);
      void watch(worker, left);
    },
    remove,
  };
}
