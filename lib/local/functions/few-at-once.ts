/**
 * Limits how many asynchronous works, such as starts of workers, go on at the same time. A machine that starts all its
 * workers at once would finish none of the starts in time.
 */

/**
 * Does `work` as soon as the limit of works at the same time allows it, and returns its result. Waiting works begin in
 * the order of the calls.
 */
export type TakeTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Returns a function that does at most `most` works at the same time. */
export function fewAtOnce(most: number): TakeTurn {
  const queue: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay < most) underWay++;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // The place of this work passes directly to the next work in the queue, so that a new call can't take it.
      const next = queue.shift();
      if (next === undefined) underWay--;
      else next();
    }
  };
}
