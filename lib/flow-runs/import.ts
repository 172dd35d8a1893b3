/** The import of flow runs from a text into a store. */
import type { FlowRunStore } from './ports.ts';
import { readFlowRuns } from './read-api.ts';

/** The result of an import. */
export interface Imported {
  readonly written: number;
  /** How many runs were left unchanged, since the store has a newer state of them. */
  readonly kept: number;
  /** The elements that couldn't be used, each with its number. */
  readonly faults: readonly string[];
}

/** The options of an import. */
export interface ImportOptions {
  /** The timestamp for states that have none, in epoch milliseconds. */
  readonly now: number;
  /** Whether to replace newer states in the store. @default false */
  readonly overwrite?: boolean;
}

/** How many runs are written at the same time. */
const AT_ONCE = 25;

/**
 * Puts every flow run of the text into the store, and returns the faults of the elements that can't be used. See
 * `readFlowRuns` for the forms of the text.
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
