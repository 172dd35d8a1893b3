import type { FlowRunStore } from './ports.ts';
import { readFlowRuns } from './read-api.ts';

/** How many flow runs an import wrote and left out. */
export interface Imported {
  readonly written: number;
  /** The number of flow runs that were not written, since the store has a newer state of them. */
  readonly kept: number;
  /** A text for each element that is not a valid flow run, with the number of the element. */
  readonly faults: readonly string[];
}

export interface ImportOptions {
  /** The timestamp for each state that has none in the text, in epoch milliseconds. */
  readonly now: number;
  /** Whether to replace a stored flow run even if its state is newer. @default false */
  readonly overwrite?: boolean;
}

const AT_ONCE = 25;

/**
 * Stores every flow run in the text, which has a format that `readFlowRuns` accepts. An invalid element is reported in
 * `faults` and doesn't stop the import.
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
