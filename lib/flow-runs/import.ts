/** Imports flow runs from a text into a store. */
import type { FlowRunStore } from './ports.ts';
import { readFlowRuns } from './read-api.ts';

/** The result of an import of flow runs. */
export interface Imported {
  readonly written: number;
  /** How many flow runs were left unchanged, since the store has a newer state of them. */
  readonly kept: number;
  /** The faults of those elements of the text that can't be used, each with the number of the element. */
  readonly faults: readonly string[];
}

/** The options of an import of flow runs. */
export interface ImportOptions {
  /** The timestamp for a state that has none in the text, in epoch milliseconds. */
  readonly now: number;
  /** Whether to replace a flow run in the store even if its state there is newer. @default false */
  readonly overwrite?: boolean;
}

/** How many flow runs the import writes at the same time. */
const AT_ONCE = 25;

/**
 * Puts every flow run of the text into the store. An element that can't be used becomes a fault in the result, and the
 * other elements are imported. The text can be everything that `readFlowRuns` reads.
 */
export async function importFlowRuns(store: FlowRunStore, text: string, options: ImportOptions): Promise<Imported> {
  const { runs, faults } = readFlowRuns(text, options.now);
  const unique = [...new Map(runs.map((run) => [run.id, run])).values()];
  let written = 0;
  for (let first = 0; first < unique.length; first += AT_ONCE) {
    const puts = unique
      .slice(first, first + AT_ONCE)
      .map((run) => store.put(run, { overwrite: options.overwrite === true }));
    written += (await Promise.all(puts)).filter(Boolean).length;
  }
  return { written, kept: unique.length - written, faults };
}
