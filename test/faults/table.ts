/** What the fault suite found, as rows: each part of the suite gives its own, one a kind of fault. */

/** One kind of fault: how often it struck, and what it broke. */
export interface FaultRow {
  /** The part of the suite: `sim`, `wire`, ... */
  readonly part: string;
  /** The fault, in a few words. */
  readonly fault: string;
  /** How often it was injected. */
  readonly injected: number;
  /** Each promise that it broke, in a line; none where all is well. */
  readonly violations: readonly string[];
  /** Whatever else was counted. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** The rows as a table of aligned columns, and what every row's figures are beneath it. */
export function faultTable(rows: readonly FaultRow[]): string {
  const cells = [
    ['part', 'fault', 'injected', 'violations', 'figures'],
    ...rows.map(({ part, fault, injected, violations, figures = {} }) => [
      part,
      fault,
      whole(injected),
      whole(violations.length),
      Object.entries(figures)
        .map(([name, value]) => `${name} ${whole(value)}`)
        .join(', '),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const NUMBERS = new Set([2, 3]);
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return NUMBERS.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}
