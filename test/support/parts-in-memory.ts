/**
 * A memory of the watchdog in memory: it copies what is written, refuses a part of another revision, and does nothing
 * under an aborted signal.
 */
import type { MemoryPart, MemoryStore } from '../../lib/watchdog/index.ts';

export function partsInMemory(): MemoryStore & { readonly writes: () => number } {
  const parts = new Map<number, string>();
  let writes = 0;
  const stored = (number: number) => {
    const text = parts.get(number);
    return text === undefined ? undefined : (JSON.parse(text) as MemoryPart);
  };
  return {
    writes: () => writes,
    load: async ({ signal }) => {
      signal.throwIfAborted();
      const numbers = [...parts.keys()].toSorted((one, other) => one - other);
      return numbers.flatMap((number) => stored(number) ?? []);
    },
    save: async (changed, { signal }) => {
      signal.throwIfAborted();
      return changed.map((part) => {
        if ((stored(part.number)?.revision ?? 0) !== part.revision) throw new Error(`part ${part.number} has changed`);
        const next = { ...part, revision: part.revision + 1 };
        parts.set(part.number, JSON.stringify(next));
        writes += 1;
        return next;
      });
    },
  };
}
