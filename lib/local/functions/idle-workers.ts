/**
 * Ends idle workers, as Lambda ends idle execution environments. A worker is ended when it was idle for a while. If
 * there are too many idle workers, the one that is idle for the longest time is ended at once.
 */
import { type Clock, MINUTE, SECOND } from '../../time/index.ts';

/** The part of a worker that the list of idle workers uses. */
export interface Idle {
  /** Ends the worker. The list calls it only while the worker has no invocation. */
  retire(): void;
}

/** The list of the idle workers of a machine. */
export interface IdleWorkers {
  /** Adds a worker that has answered all its invocations. */
  add(worker: Idle): void;
  /** Removes a worker that gets an invocation or has ended. Has no effect if the worker is not in the list. */
  remove(worker: Idle): void;
}

/**
 * The most idle workers that a machine keeps. If it has more services, a new worker must start for many of their ticks.
 */
const MOST = 4;
/**
 * The longest time for which a worker stays idle, in milliseconds; then it is ended. Execution environments of Lambda
 * last about as long.
 */
const LONGEST = 5 * MINUTE;
/**
 * The shortest time for which a worker stays idle before it may be ended, in milliseconds. Its last log lines arrive
 * after its last answer, and must not be lost.
 */
const SHORTEST = SECOND;

/**
 * Makes the list of the idle workers of a machine. It ends a worker that is idle for LONGEST. If more than `most`
 * workers are idle, it ends the one that is idle for the longest time.
 */
export function idleWorkers(clock: Clock, most = MOST): IdleWorkers {
  /**
   * The idle workers in the order in which they became idle, each with an AbortController that ends its function
   * `watch`.
   */
  const idle = new Map<Idle, AbortController>();
  /** The workers that have been idle for at least SHORTEST, in the order in which they became idle. */
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
