/**
 * The run history: the newest runs, stored in the state item as one text. Each run is written as a letter for its
 * outcome (a small one for a manual run), its instant `at`, a `.` and its duration; both numbers are in base 36.
 */

import { LAST_INSTANT } from '../time/index.ts';
import type { OutcomeKind } from './outcome.ts';

/** One run in the history. */
export interface RunEntry {
  readonly outcome: OutcomeKind;
  /** `scheduledFor`; for a manual run its start, for a crashed run the time when it was counted. Epoch milliseconds. */
  readonly at: number;
  readonly durationMs: number;
  readonly manual: boolean;
}

/** The largest number of runs in the history. */
export const HISTORY_SIZE = 20;

const LETTERS: Readonly<Record<OutcomeKind, string>> = {
  succeeded: 'S',
  failed: 'F',
  fatal: 'X',
  'timed-out': 'T',
  crashed: 'C',
};
const OUTCOMES = new Map(Object.entries(LETTERS).map(([outcome, letter]) => [letter, outcome as OutcomeKind]));

/** The run history as it is stored: entries separated by spaces. The letter of a manual run is in lower case. */
export function formatRunHistory(runs: readonly RunEntry[]): string {
  return runs.map(written).join(' ');
}

function written({ outcome, at, durationMs, manual }: RunEntry): string {
  const letter = manual ? LETTERS[outcome].toLowerCase() : LETTERS[outcome];
  return `${letter}${Math.max(0, at).toString(36)}.${Math.max(0, Math.round(durationMs)).toString(36)}`;
}

/** The runs of a stored history, or `undefined` if the text is damaged. */
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
 * Whether `runs` is the history `earlier` with runs added: it contains the newest run of `earlier`, preceded by the
 * same run as in `earlier`. The preceding run matters, since another run of the same tick comes after the crash that it
 * counted.
 */
export function historyGrewFrom(earlier: readonly RunEntry[], runs: readonly RunEntry[]): boolean {
  const [before, newest] = [earlier.at(-2), earlier.at(-1)].map((run) =>
    run === undefined ? undefined : written(run),
  );
  const lines = runs.map(written);
  return lines.some((line, index) => line === newest && lines[index - 1] === before);
}

/** The history with one more run; the oldest run is dropped if the history is full. */
export function appendRun(runs: readonly RunEntry[], run: RunEntry): readonly RunEntry[] {
  return [...runs, run].slice(-HISTORY_SIZE);
}
