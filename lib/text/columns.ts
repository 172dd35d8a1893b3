/** Text in the columns of a terminal: functions that measure, fit, pad and wrap it. */

/** Characters that take two columns: East Asian wide and fullwidth ones, and emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u;
/** Marks and joiners take no column. */
const NARROWEST = /^[\p{Mark}\p{Format}]+$/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The columns that a printable text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += widthOf(segment);
  return columns;
}

function widthOf(grapheme: string): number {
  if (WIDE.test(grapheme)) return 2;
  return NARROWEST.test(grapheme) ? 0 : 1;
}

/** The beginning of the text that fits; if the text is longer, the last column is `…`. */
export function fitted(text: string, columns: number): string {
  return fits(text, columns) ? text : `${beginning(text, columns - 1)}…`;
}

/** The text, fitted and then filled up with spaces. */
export function padded(text: string, columns: number): string {
  const part = fitted(text, columns);
  return part + ' '.repeat(columns - columnsOf(part));
}

/** The text in lines of at most `columns` columns, broken at spaces where possible. Returns at least one line. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (!fits(rest, columns)) {
    const most = beginning(rest, columns);
    const space = rest.startsWith(' ', most.length) ? most.length : most.lastIndexOf(' ');
    const line = space > 0 && most.slice(0, space).trim() !== '' ? most.slice(0, space) : most;
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  return [...lines, rest];
}

function fits(text: string, columns: number): boolean {
  return beginning(text, columns).length === text.length;
}

/**
 * How many code units are read for each column: one character may carry many marks, but a long text is not read whole
 * for one line.
 */
const LONGEST_CHARACTER = 16;

/**
 * The longest beginning of at most `columns` columns. It has at least one character, so that a caller's loop makes
 * progress.
 */
function beginning(text: string, columns: number): string {
  let taken = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text.slice(0, (columns + 1) * LONGEST_CHARACTER))) {
    used += widthOf(segment);
    if (used > columns && taken !== '') break;
    taken += segment;
  }
  return taken;
}
