/**
 * Limits how many asynchronous tasks go on at once. For example, if all worker threads of a machine started together,
 * none would be ready in time.
 */

/**
 * Calls `work` as soon as few enough other tasks go on, and returns its result. Tasks begin in the order of the calls.
 */
export type TakeTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Returns a function that runs at most `most` asynchronous tasks at once. */
export function fewAtOnce(most: number): TakeTurn {
  const queue: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay < most) underWay++;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // A waiting task takes the place of the ended one directly, so that no new call can take it first.
      const next = queue.shift();
      if (next === undefined) underWay--;
      else next();
    }
  };
}
