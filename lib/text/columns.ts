/** Matches a character that is two columns wide in a terminal. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u;
const NARROWEST = /^[\p{Mark}\p{Format}]+$/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += widthOf(segment);
  return columns;
}

function widthOf(grapheme: string): number {
  if (WIDE.test(grapheme)) return 2;
  return NARROWEST.test(grapheme) ? 0 : 1;
}

/** The text if it has at most `columns` columns; else its beginning with `…` in the last column. */
export function fitted(text: string, columns: number): string {
  return fits(text, columns) ? text : `${beginning(text, columns - 1)}…`;
}

/** The text in exactly `columns` columns: cut as by {@link fitted}, or filled up with spaces. */
export function padded(text: string, columns: number): string {
  const part = fitted(text, columns);
  return part + ' '.repeat(columns - columnsOf(part));
}

/** Breaks the text into lines of at most `columns` columns, at spaces where possible. Returns at least one line. */
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
 * The number of UTF-16 code units that `beginning` reads for each column. One visible character may have many code
 * units.
 */
const LONGEST_CHARACTER = 16;

/**
 * The longest beginning of the text with at most `columns` columns, but at least one character, so that a loop over the
 * text ends.
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
