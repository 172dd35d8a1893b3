/** Starts that cost much take turns: a machine that does everything at once does nothing in time. */

/** Does the work once it is its turn. Turns come in the order of the calls. */
export type TakeTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Returns a function that does at most `most` works at once. */
export function fewAtOnce(most: number): TakeTurn {
  const queue: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay < most) underWay++;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // The place passes to the next in the queue, so that nobody comes in between.
      const next = queue.shift();
      if (next === undefined) underWay--;
      else next();
    }
  };
}
