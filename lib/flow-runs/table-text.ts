/** Flow runs as a table of text, at most 100 columns of a terminal wide. */
import { toIso } from '../time/index.ts';
import type { FlowRun } from './flow-run.ts';

/** A column: its heading, its width, and what stands in it. With two spaces between, 24 + 13 + 20 + 36 columns make 99. */
interface Column {
  readonly heading: string;
  readonly width: number;
  readonly of: (run: FlowRun) => string;
}

const COLUMNS: readonly Column[] = [
  { heading: 'NAME', width: 24, of: (run) => run.name },
  { heading: 'STATE', width: 13, of: (run) => run.state.name },
  { heading: 'NEXT START', width: 20, of: (run) => startOf(run) },
  { heading: 'DEPLOYMENT', width: 36, of: (run) => run.deploymentId ?? '-' },
];

/** The lines of the table: a heading, then the runs, those to start first on top, those without a time to start last. */
export function tableOf(runs: readonly FlowRun[]): string[] {
  const sorted = runs.toSorted((one, other) => orderOf(one) - orderOf(other) || (one.name < other.name ? -1 : 1));
  const heading = lineOf(COLUMNS.map((column) => ({ text: column.heading, width: column.width })));
  return [heading, ...sorted.map((run) => lineOf(COLUMNS.map(({ of, width }) => ({ text: of(run), width }))))];
}

function orderOf({ nextScheduledStartTime }: FlowRun): number {
  return nextScheduledStartTime ?? Number.MAX_SAFE_INTEGER;
}

function startOf({ nextScheduledStartTime }: FlowRun): string {
  return nextScheduledStartTime === undefined ? '-' : toIso(nextScheduledStartTime).replace(/\.\d+Z$/, 'Z');
}

function lineOf(cells: readonly { readonly text: string; readonly width: number }[]): string {
  return cells
    .map(({ text, width }) => padded(text, width))
    .join('  ')
    .trimEnd();
}

/** Characters that take two columns: East Asian wide and fullwidth ones, and emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The text without what would break the line, in exactly so many columns: cut at a character, or filled with spaces. */
function padded(text: string, width: number): string {
  const characters = Array.from(graphemes.segment(text.replace(/\p{C}/gu, ' ')), ({ segment }) => segment);
  let used = columnsOf(characters);
  if (used <= width) return characters.join('') + ' '.repeat(width - used);
  while (used > width - 1) used -= columnsOf(characters.splice(-1));
  return `${characters.join('')}…${' '.repeat(width - 1 - used)}`;
}

function columnsOf(characters: readonly string[]): number {
  return characters.reduce((columns, character) => columns + (WIDE.test(character) ? 2 : 1), 0);
}
