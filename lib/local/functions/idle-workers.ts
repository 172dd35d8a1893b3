/**
 * The idle workers of a machine. They end as Lambda's execution environments do: each after a while without an
 * invocation, and the one that is idle longest as soon as too many are.
 */
import { type Clock, MINUTE, SECOND } from '../../time/index.ts';

/** A worker that can be idle. */
export interface Idle {
  /** Ends the worker, which serves no invocation. */
  retire(): void;
}

/** The idle workers of a machine. */
export interface IdleWorkers {
  /** The worker has answered its last invocation. */
  add(worker: Idle): void;
  /** The worker gets an invocation, or has ended. */
  remove(worker: Idle): void;
}

/** So many idle workers are kept: for more services than these a worker starts at each tick. */
const MOST = 4;
/** A worker that is idle for so long ends. Lambda's environments last about as long. */
const LONGEST = 5 * MINUTE;
/** The last lines of a worker arrive behind its answer: it stays for at least so long. */
const SHORTEST = SECOND;

/** Keeps track of the idle workers of a machine, and retires those that are too many or idle for too long. */
export function idleWorkers(clock: Clock, most = MOST): IdleWorkers {
  /** In the order in which they became idle. */
  const idle = new Map<Idle, AbortController>();
  /** The idle ones that may be ended, in the same order. */
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
