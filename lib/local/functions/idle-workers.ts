/**
 * Ends idle workers, as Lambda ends idle execution environments: each after a while without an invocation, and the one
 * that is idle for the longest time as soon as there are too many.
 */
import { type Clock, MINUTE, SECOND } from '../../time/index.ts';

/** A worker, as this file needs it. */
export interface Idle {
  /** Ends the worker. Called only while it has no invocation. */
  retire(): void;
}

/** The list of the idle workers of a machine. */
export interface IdleWorkers {
  /** Adds a worker that has answered all its invocations. */
  add(worker: Idle): void;
  /** Removes a worker that gets an invocation or has ended. Has no effect on an unknown worker. */
  remove(worker: Idle): void;
}

/**
 * The largest number of idle workers on a machine. If a machine has more services, a worker must start for many of
 * their ticks.
 */
const MOST = 4;
/**
 * The longest time for which a worker stays idle, in milliseconds; then it is ended. Execution environments of Lambda
 * last about as long.
 */
const LONGEST = 5 * MINUTE;
/**
 * The shortest time for which a worker stays idle, in milliseconds, since its last log lines arrive after its answer.
 */
const SHORTEST = SECOND;

/**
 * Keeps a list of the idle workers of a machine. Ends a worker that is idle for LONGEST, and the oldest one if there
 * are more than `most`.
 */
export function idleWorkers(clock: Clock, most = MOST): IdleWorkers {
  /** The idle workers in the order in which they became idle, with a signal that ends the watch of each. */
  const idle = new Map<Idle, AbortController>();
  /** The workers that are idle for at least SHORTEST, in the same order. */
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
