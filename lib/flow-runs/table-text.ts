/** Flow runs as a table of text, at most 100 columns wide. */
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
    .map(({ text, width }) => fitted(text, width).padEnd(width))
    .join('  ')
    .trimEnd();
}

/** The text without what would break the line, cut to the width. */
function fitted(text: string, width: number): string {
  const characters = Array.from(text.replace(/\p{C}/gu, ' '));
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}
