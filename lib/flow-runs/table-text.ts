import { padded, printable } from '../text/index.ts';
import { toIso } from '../time/index.ts';
import type { FlowRun } from './flow-run.ts';

/** A column of the table. The widths of all columns, with two spaces between them, add up to 99 characters. */
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

/**
 * Returns the flow runs as a table: a heading, then one line each, by start time. Those without a start time come last.
 */
export function tableOf(runs: readonly FlowRun[]): string[] {
  const sorted = runs.toSorted((one, other) => orderOf(one) - orderOf(other) || (one.name < other.name ? -1 : 1));
  return [lineOf(({ heading }) => heading), ...sorted.map((run) => lineOf((column) => column.of(run)))];
}

function orderOf({ nextScheduledStartTime }: FlowRun): number {
  return nextScheduledStartTime ?? Number.MAX_SAFE_INTEGER;
}

function startOf({ nextScheduledStartTime }: FlowRun): string {
  return nextScheduledStartTime === undefined ? '-' : toIso(nextScheduledStartTime).replace(/\.\d+Z$/, 'Z');
}

function lineOf(cellOf: (column: Column) => string): string {
  const cells = COLUMNS.map((column) => padded(printable(cellOf(column)), column.width));
  return cells.join('  ').trimEnd();
}
