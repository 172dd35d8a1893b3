/** The sleepers of a clock whose time doesn't pass by itself. */

/** A sleep that has begun and not ended yet. */
export interface Sleeper {
  /** When the sleep ends, in epoch milliseconds of the clock. */
  readonly wakesAt: number;
  readonly wake: () => void;
}

/**
 * The sleeper with the earliest `wakesAt`; of several with the same, the one that fell asleep first. `undefined` if
 * there are no sleepers.
 */
export function earliest<Kind extends Sleeper>(sleepers: Iterable<Kind>): Kind | undefined {
  let first: Kind | undefined;
  for (const sleeper of sleepers) {
    if (first === undefined || sleeper.wakesAt < first.wakesAt) first = sleeper;
  }
  return first;
}

/**
 * Adds a sleeper to `sleepers`. The returned promise resolves, and the sleeper is removed, when `wake` is called or
 * `signal` is aborted. If `signal` is aborted already, no sleeper is added.
 */
export function fallAsleep<Kind extends Sleeper>(
  sleepers: Set<Kind>,
  asleep: Omit<Kind, 'wake'>,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      sleepers.delete(sleeper);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const sleeper = { ...asleep, wake } as unknown as Kind;
    sleepers.add(sleeper);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
