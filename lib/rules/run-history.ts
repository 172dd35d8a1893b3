/**
 * The run history as text in the state item. Each run is a letter for its outcome (a small letter for a manual run),
 * the instant `at`, a `.` and the duration in milliseconds. Both numbers are in base 36.
 */

import { LAST_INSTANT, toIso } from '../time/index.ts';
import type { OutcomeKind } from './outcome.ts';

export interface RunEntry {
  readonly outcome: OutcomeKind;
  /**
   * The due time of the run's tick; for a manual run its start; for a crashed run the time when the next run counted
   * the crash. In epoch milliseconds.
   */
  readonly at: number;
  readonly durationMs: number;
  readonly manual: boolean;
}

/** A run as answers and tests show it. */
export interface ShownRun extends Omit<RunEntry, 'at'> {
  /** The instant {@link RunEntry.at} in ISO 8601. */
  readonly at: string;
}

/** The largest number of runs in the run history of a service. */
export const HISTORY_SIZE = 20;

const LETTERS: Readonly<Record<OutcomeKind, string>> = {
  succeeded: 'S',
  failed: 'F',
  fatal: 'X',
  'timed-out': 'T',
  crashed: 'C',
};
const OUTCOMES = new Map(Object.entries(LETTERS).map(([outcome, letter]) => [letter, outcome as OutcomeKind]));

/** Returns the runs as they are shown, the newest first. */
export function shownRuns(runs: readonly RunEntry[]): ShownRun[] {
  return runs
    .toReversed()
    .map(({ at, outcome, durationMs, manual }) => ({ at: toIso(at), outcome, durationMs, manual }));
}

/** The text of a run history: one entry for each run, separated by spaces. */
export function formatRunHistory(runs: readonly RunEntry[]): string {
  return runs.map(written).join(' ');
}

function written({ outcome, at, durationMs, manual }: RunEntry): string {
  const letter = manual ? LETTERS[outcome].toLowerCase() : LETTERS[outcome];
  return `${letter}${Math.max(0, at).toString(36)}.${Math.max(0, Math.round(durationMs)).toString(36)}`;
}

/** Reads the runs of a stored run history; returns `undefined` if the text is damaged. */
export function parseRunHistory(text: string): readonly RunEntry[] | undefined {
  if (text === '') return [];
  const runs = text.split(' ').map(readOne);
  return runs.every((run) => run !== undefined) ? runs : undefined;
}

function readOne(entry: string): RunEntry | undefined {
  const match = /^([A-Za-z])([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/.exec(entry);
  const [, letter = '', at = '', duration = ''] = match ?? [];
  const outcome = OUTCOMES.get(letter.toUpperCase());
  const run = { at: Number.parseInt(at, 36), durationMs: Number.parseInt(duration, 36) };
  if (outcome === undefined || run.at > LAST_INSTANT || run.durationMs > LAST_INSTANT) return undefined;
  return {
    outcome,
    ...run,
    manual: letter !== letter.toUpperCase(),
  };
}

/**
 * Whether `runs` is the history `earlier` with runs added at its end: it contains the newest two runs of `earlier` side
 * by side. The newest run alone proves nothing, since another run of the same tick may have an equal entry.
 */
export function historyGrewFrom(earlier: readonly RunEntry[], runs: readonly RunEntry[]): boolean {
  const [before, newest] = [earlier.at(-2), earlier.at(-1)].map((run) =>
    run === undefined ? undefined : written(run),
  );
  const lines = runs.map(written);
  return lines.some((line, index) => line === newest && lines[index - 1] === before);
}

/** The run history with one more run at its end. If the history is full, its oldest run is dropped. */
export function appendRun(runs: readonly RunEntry[], run: RunEntry): readonly RunEntry[] {
  return [...runs, run].slice(-HISTORY_SIZE);
}
